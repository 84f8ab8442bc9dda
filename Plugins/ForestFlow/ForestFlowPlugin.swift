import DiffusionCore

/// A diffusion method for small tables: `forest-flow`, flow matching with boosted trees.
public struct ForestFlowPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// Who the plugin is.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "forest-flow", version: "1.0.0", summary: "Synthetic tables from few rows, by flows of boosted trees.",
      citation: "Jolicoeur-Martineau, Fatras & Kachman, AISTATS 2024")
  }

  /// Adds the method.
  public func register(into registry: inout PluginRegistry.Builder) throws { try registry.add(ForestFlowMethod()) }
}
