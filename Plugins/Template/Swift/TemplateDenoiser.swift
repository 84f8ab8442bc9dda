import DiffusionCore
import NeuralNetworks

/// A plugin with one network.
public struct TemplateDenoiserPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// The plugin as data.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(id: "template-denoiser", version: "0.1.0", summary: "A network of gates.")
  }

  /// Adds the network.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(
      Registration<any TrainableDenoiser>(
        ComponentDescriptor(
          id: "template-denoiser", summary: "One gate a row.", citation: "",
          options: [
            OptionDescription("width", .integer(8...4096), default: .integer(64), help: "The width of the network.")
          ])
      ) { TemplateDenoiser(width: $0.integer("width")) })
  }
}

/// One gate: x · σ(linear(x)). A beginning: put your network in its place.
struct TemplateDenoiser: TrainableDenoiser {
  let width: Int
  var view: RowView { .whole }  // or .tokens: one vector a cell

  func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    Network(gate: Linear("\(name).gate", inputs: width, outputs: width, in: &parameters))
  }

  private struct Network: DenoisingNetwork {
    let gate: Linear
    func callAsFunction(_ x: Variable) -> Variable { x * gate(x).activated(.sigmoid) }
  }
}
