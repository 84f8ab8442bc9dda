import DiffusionCore
import DiffusionTesting
import NeuralNetworks
import Testing

/// One linear map; or one that is broken on purpose in one way.
struct LinearDenoiser: TrainableDenoiser {
  enum Fault: String, CaseIterable {
    case parameters, shape, finite, pure, rows, gradient, flows
  }
  var width = 6
  var view = RowView.whole
  var fault: Fault?

  func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    let linear = Linear(fault == .parameters ? "other" : name + ".map", inputs: width, outputs: width, in: &parameters)
    if fault == .flows { _ = parameters.add("\(name).idle", columns: 3, .constant(1)) }
    return Network(linear: linear, fault: fault)
  }

  private struct Network: DenoisingNetwork {
    let linear: Linear
    let fault: Fault?

    func callAsFunction(_ x: Variable) -> Variable {
      let y = linear(x)
      switch fault {
      case .shape: return y.columns(0..<y.columns - 1)
      case .finite: return y + x.tape.constant(Tensor(repeating: .nan, shape: [y.rows, y.columns]))
      case .pure: return y + x.tape.constant(Tensor(repeating: .random(in: 0...1), shape: [y.rows, y.columns]))
      case .rows: return y + y.summingRows(y.rows).repeatingRows(y.rows)
      case .gradient: return y * x.tape.constant(x.tape.value(of: y))
      case .parameters, .flows, nil: return y
      }
    }
  }
}

@Suite struct TrainableDenoiserTests {
  static let ids = StandardDenoisers.all.map(\.descriptor.id)

  @Test(arguments: ids) func theStandardOnesKeepTheLaws(id: String) throws {
    for options in [["width": "16", "blocks": "1"], ["width": "48", "blocks": "3", "dropout": "0.5"]] {
      let registration = try #require(StandardDenoisers.all.first { $0.descriptor.id == id })
      try checkTrainableDenoiser(try registration.make(parsing: options))
    }
  }

  @Test func otherOptionsKeepTheLaws() throws {
    for activation in Activation.allCases {
      try checkTrainableDenoiser(MLPDenoiser(width: 12, blocks: 2, activation: activation, wantsNorm: false))
    }
    try checkTrainableDenoiser(ColumnTransformerDenoiser(width: 12, blocks: 1, heads: 3, expansion: 2), tokens: 7)
  }

  @Test func headsThatDoNotDivideTheWidthAreRefused() throws {
    let registration = try #require(StandardDenoisers.all.last)
    #expect(
      throws: OptionError.outOfRange(option: "heads", value: "3", expected: "a divisor of the width, which is 64")
    ) {
      try registration.make(parsing: ["heads": "3"])
    }
  }

  @Test func aSoundNetworkPasses() throws {
    try checkTrainableDenoiser(LinearDenoiser())
    try checkTrainableDenoiser(LinearDenoiser(view: .tokens))
  }

  @Test(arguments: LinearDenoiser.Fault.allCases) func theKitCatchesEachFault(fault: LinearDenoiser.Fault) {
    let failure = #expect(throws: ConformanceFailure.self) { try checkTrainableDenoiser(LinearDenoiser(fault: fault)) }
    #expect(failure?.breaks(fault.rawValue) == true, "\(failure?.description ?? "")")
    #expect(failure?.findings.count == 1, "\(failure?.description ?? "")")
  }
}

@Suite struct DenoiserMenuTests {
  private static let own = [
    OptionDescription("width", .integer(8...4096), automatic: "From the data.", help: "The width of the network."),
    OptionDescription("layers", .integer(1...16), default: .integer(3), help: "The layers of the network."),
  ]
  private let menu = DenoiserMenu(StandardDenoisers.all, default: "mlp", help: "The network.", beside: own)

  private func choice(_ texts: [String: String], width: Int = 64) throws -> ComponentChoice {
    let values = try OptionValues(parsing: texts, as: menu.options)
    return try menu.choice(
      values,
      preferred: [
        "width": .integer(values.integer("width", automatic: width)), "blocks": values["layers"],
        "activation": .text("relu"),
      ], names: ["blocks": "layers"])
  }

  @Test func itsOptionsKeepTheLaws() throws {
    try checkOptions(menu.options)
    #expect(
      menu.options.map(\.name) == [
        "denoiser", "width", "layers", "blocks", "dropout", "activation", "norm", "heads", "expansion",
      ])
  }

  @Test func theUserGoesBeforeTheMethodAndTheMethodBeforeTheNetwork() throws {
    #expect(
      try choice([:])
        == ComponentChoice("mlp", ["width": .integer(64), "blocks": .integer(3), "activation": .text("relu")]))
    let given = try choice(["activation": "tanh", "width": "32", "denoiser": "mlp", "layers": "1"])
    #expect(
      given == ComponentChoice("mlp", ["width": .integer(32), "blocks": .integer(1), "activation": .text("tanh")]))
    #expect(given.text == "mlp, activation tanh, blocks 1, width 32")
    #expect((try menu.make(given) as? MLPDenoiser)?.activation == .tanh)
    #expect(try choice(["denoiser": "residual-mlp"]).options["activation"] == nil)
  }

  @Test func anOptionOfAnotherNetworkIsRefused() {
    #expect(throws: OptionError.unknown(option: "heads", known: ["activation", "dropout", "layers", "norm", "width"])) {
      try choice(["heads": "2"])
    }
  }

  @Test func whatANetworkCannotBeIsItsOwnChoice() throws {
    // 5,000 is the method's idea, so it is left out; it would be an error if it were the user's.
    #expect(try choice([:], width: 5000).options["width"] == nil)
  }

  @Test func aModelOfAnUnknownNetworkNamesTheCure() {
    let error = #expect(throws: ArchiveError.self) { try menu.make(ComponentChoice("my-net"), of: ModelArchive()) }
    #expect(
      error?.problem
        == .component(kind: .denoiser, id: "my-net", known: ["residual-mlp", "mlp", "column-transformer"]))
    #expect(error?.description.contains("the plugin that brings 'my-net', or train again") == true)
  }
}
