import DiffusionCore
import NeuralNetworks

/// The options of `series-diffusion`, and what follows from them and from the data.
enum SeriesDiffusionOptions {
  static let all: [OptionDescription] = [
    OptionDescription(
      "window", .integer(4...512), automatic: "48 steps, from 24 channels on 36, and never longer than the series",
      help: "steps that the network sees at once"),
    OptionDescription(
      "patch", .integer(1...16), automatic: "3, and no more than a quarter of the window",
      help: "neighbouring steps that the network takes as one"),
    OptionDescription(
      "width", .integer(16...512), automatic: "64, whatever the series",
      help: "width of the network, in multiples of 16"),
    OptionDescription("blocks", .integer(1...16), default: .integer(2), help: "blocks of the network"),
    OptionDescription(
      "dropout", .number(0...0.9), automatic: "0.1, below 100,000 cells 0.2",
      help: "share of inner values dropped in training"),
    OptionDescription(
      "learning-rate", .number(1e-6...1), default: .number(2e-3), help: "the rate of AdamW at its highest"),
    OptionDescription("weight-decay", .number(0...10), default: .number(0.01), help: "L2 regularisation, decoupled"),
    OptionDescription("batch", .integer(1...4096), automatic: "windows of 6,144 tokens in all", help: "windows a step"),
    OptionDescription(
      "masks", .integer(2...256), automatic: "24, fewer where the series are long or time is short",
      help: "draws of hidden cells to train on"),
    OptionDescription(
      "judging", .integer(1...256), automatic: "as many as hide 6,000 cells, up to 40, or what there is time for",
      help: "draws of hidden cells in held-out windows, which judge and make draws as wide as truths"),
    OptionDescription(
      "evaluations", .integer(1...1000), default: .integer(8), help: "evaluations of the denoiser a draw"),
    OptionDescription(
      "draws", .integer(2...1000), default: .integer(32), help: "draws that points and intervals are made from"),
  ]

  /// How the network is made and trained.
  struct Plan: Sendable {
    var shape: ResidualNetworkShape
    var training = TrainingSettings()
    var masks = 24, evaluations = 8, draws = 32
    /// Draws of hidden cells that judge; nil: as many as are needed.
    var judging: Int?
    /// Whether the number of draws to train on was not given.
    var masksAreAutomatic = true
  }

  static func plan(
    _ options: OptionValues, frame: SeriesFrame, coding: SeriesCoding, run: TrainingRun, _ choose: (Choice) -> Void
  ) -> Plan {
    let channels = frame.channelCount, cells = frame.stepCount * channels
    let longest = frame.entities.map(\.steps).max() ?? 1
    let wanted = min(options.integer("window", automatic: channels < 24 ? 48 : 36), max(longest, 1))
    let patch = min(options.integer("patch", automatic: max(1, min(3, wanted / 4))), wanted)
    let length = (wanted + patch - 1) / patch * patch
    let head = GridTransformer.headSize
    let width = max(head, options.integer("width", automatic: 64) / head * head)
    var plan = Plan(
      shape: ResidualNetworkShape(
        length: length, patch: patch, channels: channels, inputs: frame.inputCount, width: width,
        blocks: options.integer("blocks"),
        denoiserWidth: 2 * head, denoiserBlocks: 1,
        dropout: Float(options.number("dropout", automatic: cells < 100_000 ? 0.2 : 0.1))))
    let tokens = length / patch * channels
    plan.masks = options.integer("masks", automatic: min(24, max(4, 40_000_000 / max(cells, 1))))
    plan.masksAreAutomatic = options.isAutomatic("masks")
    plan.judging = options.isAutomatic("judging") ? nil : options.integer("judging")
    plan.evaluations = options.integer("evaluations")
    plan.draws = options.integer("draws")
    plan.training.batch = options.integer("batch", automatic: min(128, max(8, 6144 / tokens)))
    plan.training.rowsPerShard = max(1, 1536 / tokens)
    plan.training.slack = 0.005
    plan.training.patience = 6
    plan.training.warmUp = 100
    plan.training.optimizer.averageDecay = 0.998
    plan.training.optimizer.learningRate = Float(options.number("learning-rate"))
    plan.training.optimizer.weightDecay = Float(options.number("weight-decay"))
    plan.training.optimizer.clipNorm = 1
    plan.training.seed = run.seed
    plan.training.threads = run.threads
    plan.training.steps = run.steps
    plan.training.falls = run.falls
    plan.training.budget = run.budget
    choose(
      Choice(
        "network", "\(width) wide, \(plan.shape.blocks) blocks, windows of \(length) steps",
        because: "\(cells) cells in \(channels) channels", flag: "--set width=, --set blocks=, --set window="))
    if run.steps == nil, run.budget == nil {
      // A second for every 500 cells: ten seconds to ten minutes.
      let seconds = (min(max(Double(cells) / 500, 10), 600) / 5).rounded(.up) * 5
      plan.training.budget = seconds
      choose(Choice("budget", "\(Int(seconds)) s at most", because: "\(cells) cells", flag: "--budget"))
    }
    return plan
  }
}
