import DiffusionCore
import NeuralNetworks

/// The options of `tabular-masked`, and what follows from them and from the data.
enum MaskedOptions {
  static let descriptions: [OptionDescription] = [
    OptionDescription(
      "denoiser", .choice(MaskedNetworkSettings.Trunk.allCases.map(\.rawValue)), default: .text("residual-mlp"),
      help: "the network: residual-mlp, mlp, or column-transformer (slower; attention between columns)"),
    OptionDescription(
      "width", .integer(16...4096), automatic: "512; below 5,000 rows what does best in short trials",
      help: "width of the network"),
    OptionDescription("blocks", .integer(1...16), default: .integer(2), help: "blocks, or layers, of the network"),
    OptionDescription(
      "dropout", .number(0...0.9), automatic: "0.1; below 5,000 rows what does best in short trials",
      help: "share of inner values dropped in training"),
    OptionDescription(
      "learning-rate", .number(1e-6...1), default: .number(1e-3), help: "the rate of AdamW at its highest"),
    OptionDescription("weight-decay", .number(0...10), default: .number(0.01), help: "L2 regularisation, decoupled"),
    OptionDescription("l1", .number(0...10), default: .number(0), help: "L1 regularisation"),
    OptionDescription(
      "batch", .integer(8...65536), automatic: "up to 1,024, an eighth of the rows", help: "rows a step"),
    OptionDescription(
      "numbers", .choice(CodingSettings.Numbers.allCases.map(\.rawValue)), default: .text("density"),
      help: "how a number with many values is made: density (a mixture of Gaussians) or codes (a histogram)"),
    OptionDescription(
      "heavy-share", .number(0.00001...1), default: .number(0.001),
      help: "a value that holds this share of the rows is modelled as a value, not as part of a continuum"),
    OptionDescription("relations", .flag, default: .flag(true), help: "look for exact relations between columns"),
    OptionDescription("derive", .flag, default: .flag(true), help: "look for columns that are a function of another"),
    OptionDescription(
      "schedule", .choice(["masking-linear", "masking-cosine"]), default: .text("masking-linear"),
      help: "how fast slots are revealed when there are fewer evaluations than slots"),
    OptionDescription("sampler", .choice(["unmask"]), default: .text("unmask"), help: "slots in a random order"),
    OptionDescription(
      "evaluations", .integer(1...100_000), automatic: "one a slot, at most 64",
      help: "evaluations of the network a row"),
  ]

  /// How the network is made and trained.
  struct Plan: Sendable {
    var network = MaskedNetworkSettings()
    var training = TrainingSettings()
  }

  static func coding(_ options: OptionValues) -> CodingSettings {
    var settings = CodingSettings()
    settings.numbers = CodingSettings.Numbers(rawValue: options.text("numbers")) ?? .density
    settings.heavyShare = options.number("heavy-share")
    if !options.flag("relations") { settings.relationShare = .infinity }
    settings.derives = options.flag("derive")
    return settings
  }

  static func plan(
    _ options: OptionValues, rows: Int, layout: SlotLayout, run: TrainingRun, _ choose: (Choice) -> Void
  ) -> Plan {
    var plan = Plan()
    let isSmall = rows < MaskedPilot.mostRows
    plan.network.trunk = MaskedNetworkSettings.Trunk(rawValue: options.text("denoiser")) ?? .residualMLP
    plan.network.width = options.integer(
      "width", automatic: plan.network.trunk == .columnTransformer ? 64 : isSmall ? 128 : 512)
    plan.network.blocks = options.integer("blocks")
    plan.network.dropout = Float(options.number("dropout", automatic: isSmall ? 0.2 : 0.1))

    plan.training.batch = options.integer("batch", automatic: min(1024, max(32, rows / 8)))
    plan.training.optimizer.learningRate = Float(options.number("learning-rate"))
    plan.training.optimizer.weightDecay = Float(options.number("weight-decay"))
    plan.training.optimizer.l1 = Float(options.number("l1"))
    plan.training.seed = run.seed
    plan.training.threads = run.threads
    plan.training.steps = run.steps
    plan.training.budget = run.budget
    if run.steps == nil, run.budget == nil {
      // About what the benchmark tables need: a second for every 5,000 cells, ten seconds to ten minutes.
      let cells = Double(rows * layout.slots.count)
      let seconds = (min(max(cells / 5000, 10), 600) / 5).rounded(.up) * 5
      plan.training.budget = seconds
      choose(
        Choice(
          "budget", "\(Int(seconds)) s at most", because: "\(rows) rows of \(layout.slots.count) slots",
          flag: "--budget"))
    }
    return plan
  }
}
