import DiffusionCore

/// Diffusion methods for tables: `tabular-masked`, the default, and `tabular-ddpm`, TabDDPM as published.
public struct TabularDDPMPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// Who the plugin is.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "tabular-ddpm", version: "1.0.0",
      summary: "Synthetic tables, conditional rows and the filling of empty cells, by diffusion over rows.",
      citation: "Kotelnikov, Baranchuk, Rubachev & Babenko, TabDDPM, ICML 2023; Sahoo et al., MDLM, NeurIPS 2024")
  }

  /// Adds both methods and their encoders.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(ChainedDiffusion())
    try registry.add(TabularMasked())
    try registry.add(TabularDDPMMethod())
    try registry.add(TableEncoder.registration)
    try registry.add(DDPMEncoder.registration)
  }
}
