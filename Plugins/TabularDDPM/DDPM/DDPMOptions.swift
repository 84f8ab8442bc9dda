import DiffusionCore
import NeuralNetworks

/// The options of `tabular-ddpm`, and what follows from them and from the data.
enum DDPMOptions {
  /// The method's own options beside the choice of the network.
  static let own = network + DDPMEncoder.options + sampling

  private static let network: [OptionDescription] = [
    OptionDescription(
      "width", .integer(8...4096),
      automatic: "128 below 1,000 rows, else 256, and less in little time; 64 for column-transformer.",
      help: "width of the network; the paper tunes 128 to 1,024"
    ).trying([.integer(128), .integer(256), .integer(512)]),
    OptionDescription(
      "layers", .integer(1...16), automatic: "2 below 1,000 rows, else 3.",
      help: "layers or blocks of the network; the paper tunes 2 to 8"
    ).trying([.integer(2), .integer(4)]),
    OptionDescription(
      "dropout", .number(0...0.9), default: .number(0), help: "share of inner values dropped in training"),
    OptionDescription(
      "diffusion-steps", .integer(2...4000), default: .integer(100),
      help: "T, the steps from data to noise; the paper uses 100 or 1,000"
    ).trying([.integer(50), .integer(250)]),
    OptionDescription(
      "schedule", .choice(DDPMSchedule.allCases.map(\.rawValue)), default: .text("cosine"),
      help: "how noise grows over the steps; cosine as published"),
    OptionDescription(
      "learning-rate", .number(1e-6...1), default: .number(0.002),
      help: "the rate of AdamW, which falls in a straight line to zero; the paper tunes 1e-5 to 3e-3"
    ).trying([.number(0.0005), .number(0.001)]),
    OptionDescription("weight-decay", .number(0...10), default: .number(0), help: "L2 regularisation, decoupled"),
    OptionDescription(
      "batch", .integer(8...65536), automatic: "A quarter of the rows, from 32 to 1,024.",
      help: "rows a step; the paper uses 4,096 on a GPU"),
  ]

  private static let sampling: [OptionDescription] = [
    OptionDescription(
      "sampler", .choice(DDPMSampling.Kind.allCases.map(\.rawValue)), default: .text("ddpm"),
      help:
        "how numbers are walked from noise to data: ddpm (as published), or ddim or dpm-solver-2m for few evaluations"),
    OptionDescription(
      "evaluations", .integer(1...4000), automatic: "One for every diffusion step.",
      help: "evaluations of the network for a row; fewer are faster and coarser"),
    OptionDescription(
      "variance", .choice(AncestralSampler.Variance.allCases.map(\.rawValue)), default: .text("forward"),
      help: "the variance that ddpm draws; forward as published, posterior is the smaller one"),
    OptionDescription("eta", .number(0...1), default: .number(0), help: "how noisy ddim is: 0 not at all, 1 as ddpm"),
  ]

  static func menu(_ denoisers: [Registration<any TrainableDenoiser>]) -> DenoiserMenu {
    DenoiserMenu(
      denoisers, default: "mlp",
      help: "the network, mlp as published; `langevin plugins list` shows what each is (column-transformer is slower)",
      beside: own)
  }

  /// How the model is made and trained.
  struct Plan: Sendable {
    var model: DDPMSettings
    var training = TrainingSettings()
  }

  static func plan(
    _ options: OptionValues, menu: DenoiserMenu, rows: Int, layout: DDPMLayout, run: TrainingRun,
    _ choose: (Choice) -> Void
  ) throws -> Plan {
    let batch = options.integer("batch", automatic: min(1024, max(32, rows / 4)))
    var plan = Plan(model: DDPMSettings(network: try network(options, menu: menu, rows: rows)))
    plan.model.steps = options.integer("diffusion-steps")
    plan.model.schedule = DDPMSchedule(rawValue: options.text("schedule")) ?? .cosine
    plan.model.sampling = sampling(options)
    var network = Choice(
      "network", "", because: "\(rows) rows to train on", flag: "--set denoiser=, --set width=, --set layers=")
    if options.isAutomatic("width"), run.steps == nil, let deadline = run.deadline,
      let usual = plan.model.network.options["width"].flatMap({
        if case .integer(let width) = $0 { width } else { nil }
      })
    {
      // The whole time, however long the reading took.
      let time = DDPMTime(seconds: deadline.seconds, threads: run.threads, batch: batch, rowsToMake: run.rowsToMake)
      let kept = run.checkpoint?.kept(Int.self, as: DDPMTime.key)
      let width =
        try kept.flatMap { (8...4096).contains($0) ? $0 : nil }
        ?? time.widest(
          usual, layout, evaluations: plan.model.sampling.evaluations ?? plan.model.steps
        ) { try menu.make(try Self.network(options, menu: menu, rows: rows, width: $0)) }
      if width < usual {
        plan.model.network = try Self.network(options, menu: menu, rows: rows, width: width)
        network.reason += ", and the time there is"
        network.repeating = "width=\(width)"
      }
    }
    network.value = plan.model.network.text
    choose(network)

    plan.training.batch = batch
    plan.training.optimizer = OptimizerSettings(
      rule: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), learningRate: Float(options.number("learning-rate")),
      weightDecay: Float(options.number("weight-decay")), averageDecay: 0.999)
    // The published rate falls from the first step; the trainer needs a little time to see how long a budget is.
    plan.training.decayShare = 0.9
    plan.training.warmUp = 50
    plan.training.patience = 0
    plan.training.seed = run.seed
    plan.training.threads = run.threads
    plan.training.steps = run.steps
    plan.training.falls = run.falls
    plan.training.budget = run.budget
    if run.steps == nil, run.budget == nil {
      let columns = layout.cells.count
      let seconds = (min(max(30 + Double(rows * columns) / 4000, 30), 600) / 5).rounded() * 5
      plan.training.budget = seconds
      choose(Choice("budget", "\(Int(seconds)) s", because: "\(rows) rows of \(columns) columns", flag: "--budget"))
    }
    return plan
  }

  private static func network(
    _ options: OptionValues, menu: DenoiserMenu, rows: Int, width timed: Int? = nil
  ) throws -> ComponentChoice {
    let id = options.text("denoiser")
    let seesTokens = try menu.make(ComponentChoice(id)).view == .tokens
    // The paper's widths of 256 to 1,024 were tuned on a GPU: on a CPU more steps beat more parameters.
    let width = options.integer("width", automatic: timed ?? (seesTokens ? 64 : rows < 1000 ? 128 : 256))
    var preferred: [String: OptionValue] = [
      "width": .integer(width),
      "blocks": .integer(options.integer("layers", automatic: rows < 1000 || seesTokens ? 2 : 3)),
      "dropout": options["dropout"],
    ]
    // As published.
    if id == "mlp" { preferred.merge(["activation": .text("relu"), "norm": .flag(false)]) { $1 } }
    if id == "column-transformer" {
      preferred["heads"] = .integer([4, 2].first { width % $0 == 0 } ?? 1)
      preferred["expansion"] = .integer(2)
    }
    return try menu.choice(options, preferred: preferred, names: ["blocks": "layers"])
  }

  static func sampling(_ options: OptionValues) -> DDPMSampling {
    DDPMSampling(
      kind: DDPMSampling.Kind(rawValue: options.text("sampler")) ?? .ddpm,
      evaluations: options.isAutomatic("evaluations") ? nil : options.integer("evaluations"),
      variance: AncestralSampler.Variance(rawValue: options.text("variance")) ?? .forward, eta: options.number("eta"))
  }

  /// How a request wants its rows: as the model was told, but for what the request itself says.
  static func sampling(_ fitted: DDPMSampling, request: OptionValues?) -> DDPMSampling {
    guard let request else { return fitted }
    func isGiven(_ name: String) -> Bool { request.given.contains(name) && request.values[name] != nil }
    var result = fitted
    if isGiven("sampler") { result.kind = DDPMSampling.Kind(rawValue: request.text("sampler")) ?? fitted.kind }
    if isGiven("evaluations") {
      result.evaluations = request.isAutomatic("evaluations") ? nil : request.integer("evaluations")
    }
    if isGiven("variance") {
      result.variance = AncestralSampler.Variance(rawValue: request.text("variance")) ?? fitted.variance
    }
    if isGiven("eta") { result.eta = request.number("eta") }
    return result
  }
}

/// All that makes a model besides its coding and its parameters.
package struct DDPMSettings: Sendable, Codable, Equatable {
  package init(network: ComponentChoice) { self.network = network }
  /// T.
  package var steps = 100
  package var schedule = DDPMSchedule.cosine
  package var network: ComponentChoice
  var sampling = DDPMSampling()
}
