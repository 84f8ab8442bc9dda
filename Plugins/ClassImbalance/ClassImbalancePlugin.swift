import DiffusionCore

/// Methods that make rows of rare classes: the SMOTE family and random over-sampling.
public struct ClassImbalancePlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// Who the plugin is.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "class-imbalance", version: "1.0.0",
      summary:
        "New rows of rare classes: SMOTE and its family, and random over-sampling, draw for draw as in imbalanced-learn.",
      citation: "Chawla, Bowyer, Hall & Kegelmeyer, SMOTE, Journal of Artificial Intelligence Research 16, 2002")
  }

  /// Adds the methods.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    for kind in OversamplingMethod.Kind.allCases { try registry.add(OversamplingMethod(kind)) }
  }
}
