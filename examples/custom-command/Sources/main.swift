import DiffusionCore
import LangevinCommand
import NeuralNetworks

/// A network of one's own: one gate, x · σ(linear(x)).
struct Gate: TrainableDenoiser {
  let width: Int
  var view: RowView { .whole }

  func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    Network(gate: Linear("\(name).gate", inputs: width, outputs: width, in: &parameters))
  }
  struct Network: DenoisingNetwork {
    let gate: Linear
    func callAsFunction(_ x: Variable) -> Variable { x * gate(x).activated(.sigmoid) }
  }
}

struct Gates: Plugin {
  var descriptor: PluginDescriptor { PluginDescriptor(id: "gates", version: "1.0.0", summary: "Gated networks.") }
  func register(into registry: inout PluginRegistry.Builder) throws {
    let width = OptionDescription("width", .integer(8...4096), default: .integer(64), help: "The network's width.")
    let about = ComponentDescriptor(id: "gate", summary: "One gate a row.", citation: "", options: [width])
    try registry.add(Registration<any TrainableDenoiser>(about) { Gate(width: $0.integer("width")) })
  }
}

LangevinProgram.run(BundledPlugins.all + [Gates()])
