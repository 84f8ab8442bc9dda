import DiffusionCore
import NeuralNetworks

/// The options of `tabular-masked`, and what follows from them and from the data.
enum MaskedOptions {
  /// The method's own options beside the choice of the network.
  static let own = network + TableEncoder.options + sampling

  private static let network: [OptionDescription] = [
    OptionDescription(
      "width", .integer(16...4096),
      automatic:
        "512, or what can be trained in the time there is; with few rows (5,000, or 500 a slot) what does best in trials",
      help: "width of the network"
    ).trying([.integer(128), .integer(256), .integer(512)]),
    OptionDescription(
      "blocks", .integer(1...16), default: .integer(2), help: "blocks, or layers, of the network"
    ).trying([.integer(1), .integer(3), .integer(4)]),
    OptionDescription(
      "dropout", .number(0...0.9),
      automatic: "0.2, from 50,000 rows 0.1; with few rows (5,000, or 500 a slot) what does best in trials",
      help: "share of inner values dropped in training"
    ).trying([.number(0), .number(0.1), .number(0.2), .number(0.35)]),
    OptionDescription(
      "learning-rate", .number(1e-6...1), automatic: "0.002; below 5,000 rows 0.001",
      help: "the rate of AdamW at its highest"
    ).trying([.number(0.0005), .number(0.001), .number(0.002), .number(0.004)]),
    OptionDescription(
      "weight-decay", .number(0...10),
      automatic: "0.01; from 5,000 rows 0.1 where fewer than a third of the columns are continua",
      help: "L2 regularisation, decoupled"
    ).trying([.number(0.01), .number(0.1)]),
    OptionDescription("l1", .number(0...10), default: .number(0), help: "L1 regularisation"),
    OptionDescription(
      "batch", .integer(8...65536), automatic: "up to 1,024, an eighth of the rows", help: "rows a step"),
    OptionDescription(
      "judging", .integer(1024...MaskedTask.usualJudging), automatic: "65,536, or what there is time for",
      help: "masked rows that judge the finished model"),
    OptionDescription(
      "weighing-rows", .integer(0...1_000_000), automatic: "all that were held out, or what there is time for",
      help: "where gaps are filled: the rows that weigh the network against trees in a column"),
  ]

  private static let sampling: [OptionDescription] = [
    OptionDescription(
      "schedule", .choice(["masking-linear", "masking-cosine"]), default: .text("masking-linear"),
      help: "how fast slots are revealed when there are fewer evaluations than slots"),
    OptionDescription("sampler", .choice(["unmask"]), default: .text("unmask"), help: "slots in a random order"),
    OptionDescription(
      "evaluations", .integer(1...100_000), automatic: "one a slot, at most 64",
      help: "evaluations of the network a row"),
    OptionDescription(
      "guidance", .number(0...10), default: .number(0),
      help:
        "how far rows go beyond the conditions (classifier-free guidance): 0 draws them as they are, 1 to 3 more typical"
    ),
  ]

  /// How the network is made and trained.
  struct Plan: Sendable {
    var network: ComponentChoice
    var training = TrainingSettings()
    /// The steps that the time should allow, where they decided the width.
    var timedSteps: Int?

    /// The width of the network, where it has one.
    var width: Int? { if case .integer(let width)? = network.options["width"] { width } else { nil } }
  }

  static func menu(_ denoisers: [Registration<any TrainableDenoiser>]) -> DenoiserMenu {
    DenoiserMenu(
      denoisers, default: "residual-mlp",
      help: "the network; `langevin plugins list` shows what each is (column-transformer is slower)", beside: own)
  }

  static func plan(
    _ options: OptionValues, menu: DenoiserMenu, rows: Int, layout: SlotLayout, run: TrainingRun,
    _ choose: (Choice) -> Void
  ) throws -> Plan {
    let isSmall = rows < MaskedPilot.mostRows
    let seesTokens = try menu.make(ComponentChoice(options.text("denoiser"))).view == .tokens
    var plan = Plan(network: ComponentChoice(options.text("denoiser")))
    plan.training.batch = options.integer("batch", automatic: min(1024, max(32, rows / 8)))
    plan.training.optimizer.learningRate = Float(
      options.number("learning-rate", automatic: isSmall ? 1e-3 : 2e-3))
    plan.training.optimizer.weightDecay = Float(
      options.number("weight-decay", automatic: isSmall ? 0.01 : weightDecay(layout)))
    plan.training.optimizer.l1 = Float(options.number("l1"))
    plan.training.seed = run.seed
    plan.training.threads = run.threads
    plan.training.steps = run.steps
    plan.training.falls = run.falls
    plan.training.budget = run.budget
    if run.steps == nil, run.budget == nil {
      // About what the benchmark tables need: a second for every 5,000 cells, ten seconds to ten minutes.
      let cells = Double(rows * layout.slots.count)
      let seconds = (min(max(cells / 5000, 10), 600) / 5).rounded(.up) * 5
      plan.training.budget = seconds
      choose(
        Choice(
          "budget", "\(Int(seconds)) s of training at most", because: "\(rows) rows of \(layout.slots.count) slots",
          flag: "--budget"))
    }
    func network(width: Int) throws -> ComponentChoice {
      try menu.choice(
        options,
        preferred: [
          "width": .integer(width), "blocks": options["blocks"],
          "dropout": .number(options.number("dropout", automatic: rows < 50_000 ? 0.2 : 0.1)),
        ])
    }
    plan.network = try network(width: options.integer("width", automatic: seesTokens ? 64 : isSmall ? 128 : 512))
    guard options.isAutomatic("width"), !seesTokens, !isSmall, plan.training.budget != nil else { return plan }
    let fitting = try TimedWidth.widest(layout, in: plan.training) { try menu.make(network(width: $0)) }
    plan.network = try network(width: fitting.width)
    plan.timedSteps = fitting.steps
    return plan
  }

  /// Codes are learned by heart sooner than densities, whose heads lose precision where weights are held small.
  private static func weightDecay(_ layout: SlotLayout) -> Double {
    let continua = layout.slots.count { if case .density = $0.kind { true } else { false } }
    return 3 * continua < Set(layout.slots.map(\.column)).count ? 0.1 : 0.01
  }
}
