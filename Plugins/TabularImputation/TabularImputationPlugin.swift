import DiffusionCore

/// Imputers for tables that need no diffusion: the baselines that it has to beat.
public struct TabularImputationPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// Who the plugin is.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "tabular-imputation", version: "1.0.0",
      summary: "Classic imputation of tables: means, neighbours, chained regressions, chained forests.",
      citation:
        "Stekhoven & Bühlmann, MissForest, Bioinformatics 2012; van Buuren & Groothuis-Oudshoorn, mice, JSS 2011")
  }

  /// Adds the methods.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(ChainedForests())
    try registry.add(ChainedRidge())
    try registry.add(NearestDonors())
    try registry.add(MeanMode())
  }
}
