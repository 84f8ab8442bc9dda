import DiffusionCore

/// Methods that make rows of rare classes: diffusion, the SMOTE family and random over-sampling.
public struct ClassImbalancePlugin: Plugin {
  private let generator: (any CompletingSynthesizer)?

  /// Makes the plugin.
  ///
  /// - Parameter generator: what learns a table for `diffusion`; nil leaves that method out.
  public init(generator: (any CompletingSynthesizer)? = nil) { self.generator = generator }

  /// Who the plugin is.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "class-imbalance", version: "1.0.0",
      summary:
        "New rows of rare classes: diffusion, and SMOTE with its family, draw for draw as in imbalanced-learn.",
      citation: "Chawla, Bowyer, Hall & Kegelmeyer, SMOTE, Journal of Artificial Intelligence Research 16, 2002")
  }

  /// Adds the methods.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    if let generator { try registry.add(DiffusionMethod(generator: generator)) }
    for kind in OversamplingMethod.Kind.allCases { try registry.add(OversamplingMethod(kind)) }
  }
}
