import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// CSDI as published: the baseline among diffusion methods.
public struct CSDIMethod: SeriesImputer {
  static let id = "csdi"

  /// Makes the method.
  public init() {}

  /// What the method is, and its options.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, tasks: [.impute], summary: "CSDI as published: conditional diffusion of the values themselves.",
      rationale:
        "For comparison. It needs hours of a GPU's work to be as good as its paper, and rare draws are far off; "
        + "take series-diffusion.",
      citation:
        "Tashiro, Song, Song & Ermon, CSDI: conditional score-based diffusion models for probabilistic time series "
        + "imputation, NeurIPS 2021",
      options: Self.options,
      examples: ["langevin impute readings.csv -o filled.csv --time timestamp --method csdi --budget 30m"])
  }

  private static let options: [OptionDescription] = [
    OptionDescription(
      "window", .integer(4...512), automatic: "36 steps, and never longer than the series",
      help: "steps that the network sees at once"),
    OptionDescription(
      "width", .integer(8...512), default: .integer(64), help: "width of the network, in multiples of 8"),
    OptionDescription("blocks", .integer(1...16), default: .integer(4), help: "residual blocks"),
    OptionDescription("noise-steps", .integer(2...1000), default: .integer(50), help: "steps of noise, T"),
    OptionDescription(
      "evaluations", .integer(1...1000), automatic: "every step of noise, as published",
      help: "evaluations of the network a draw; fewer skip steps"),
    OptionDescription(
      "learning-rate", .number(1e-6...1), default: .number(1e-3), help: "the rate of Adam at its highest"),
    OptionDescription("batch", .integer(1...4096), default: .integer(16), help: "windows a step"),
    OptionDescription(
      "draws", .integer(2...1000), default: .integer(20),
      help: "draws that points and intervals are made from; the paper takes 100"),
    OptionDescription(
      "clip", .flag, default: .flag(false),
      help: "whether clean values are held within the column's range and half of it to either side"),
  ]

  /// Learns series. Throws what is wrong with the data, and what a training throws.
  public func fitImputer(
    _ table: Table, schema: Schema, series: SeriesLayout, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    var choices: [Choice] = []
    func choose(_ choice: Choice) {
      choices.append(choice)
      run.announce(choice)
    }
    let coding = try SeriesCoding(table, schema: schema, layout: series)
    for name in coding.empty {
      choose(Choice("column \(name)", "left empty", because: "no row has a value to learn from"))
    }
    let frame = try coding.frame(table, schema: schema)
    let longest = frame.entities.map(\.steps).max() ?? 1
    let length = min(options.integer("window", automatic: 36), max(longest, 1))
    let width = max(8, options.integer("width") / 8 * 8)
    let shape = CSDIShape(
      length: length, channels: frame.channelCount, width: width, blocks: options.integer("blocks"),
      steps: options.integer("noise-steps"))
    let training = Self.training(options, run: run, tokens: length * frame.channelCount, choose)

    let stretches = WindowPlan.stretches(frame, length: length, typicalStep: coding.typicalStep)
    let plan = WindowPlan(length: length, stride: max(1, frame.stepCount / 500_000), stretches: stretches)
    let random = RandomStream(seed: run.seed).child(60)
    let split = Self.split(plan, random: random.child(1))
    var parameters = ParameterLayout()
    let network = CSDINetwork(shape, in: &parameters)
    let store = ParameterStore(layout: parameters, values: parameters.initialValues(random.child(2)))
    let observed = frame.grids.reduce(0) { $0 + $1.count }
    let task = CSDITask(
      network: network, diffusion: GaussianDiffusion(schedule: CSDISchedule.stepped(shape.steps)), frame: frame,
      plan: plan, training: split.training, heldOut: split.heldOut,
      expected: Float(max(0.4 * Double(observed * length) / Double(max(frame.stepCount, 1)), 1)))
    let summary = try Trainer(training).train(
      store, objective: task, checkpoint: run.checkpoint,
      fingerprint: try training.fingerprint(
        of: Cells(rows: 1, codes: [], scores: frame.entities.flatMap(\.values)), method: Self.id, model: shape),
      shouldContinue: run.shouldContinue)
    let heldOut = summary.curve.last?.heldOut
    let report = FitReport(
      method: Self.id, trainingRows: split.training.count, heldOutRows: split.heldOut.count,
      parameters: store.values.count, training: summary, trainingLoss: summary.curve.last?.training,
      heldOutLoss: heldOut, verdict: .unknown,
      explanation: "The loss is that of the noise, "
        + (heldOut.map { String(format: "%.3f on held-out windows", $0) } ?? "with no window held out")
        + "; it says little about how far imputed values are off.",
      choices: choices)
    return FittedCSDI(
      contents: ModelContents(
        schema: schema, coding: coding,
        settings: FittedCSDI.Settings(
          shape: shape, draws: options.integer("draws"), clips: options.flag("clip"),
          evaluations: options.integer("evaluations", automatic: shape.steps)),
        precision: training.precision, report: report), network: network, store: store)
  }

  /// Adam with a weight decay of 1e-6, its rate falling at the end, no average of parameters (appendix E.1; there the rate
  /// falls to a tenth after 75 % and again after 90 % of the epochs, here in a line over the last quarter).
  private static func training(
    _ options: OptionValues, run: TrainingRun, tokens: Int, _ choose: (Choice) -> Void
  ) -> TrainingSettings {
    var training = TrainingSettings()
    training.optimizer = OptimizerSettings(
      rule: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), learningRate: Float(options.number("learning-rate")),
      weightDecay: 1e-6, averageDecay: 0)
    training.batch = options.integer("batch")
    training.rowsPerShard = max(1, 2048 / tokens)
    training.warmUp = 0
    training.decayShare = 0.25
    training.patience = 0
    training.seed = run.seed
    training.threads = run.threads
    training.steps = run.steps
    training.falls = run.falls
    training.budget = run.budget
    if run.steps == nil, run.budget == nil {
      training.budget = 1800
      choose(Choice("budget", "30 min at most", because: "the paper trains for 200 epochs", flag: "--budget"))
    }
    return training
  }

  /// Windows that judge, in one stretch so that hardly any overlaps one that trains: a twentieth, at most 64.
  private static func split(_ plan: WindowPlan, random: RandomStream) -> (training: [Int32], heldOut: [Int32]) {
    var random = random
    let count = plan.windows.count, judging = min(64, count / 20)
    guard judging > 0 else { return (Array(0..<Int32(count)), []) }
    let start = random.integer(below: count - judging + 1), reach = start..<start + judging
    let held = plan.windows[reach]
    func overlaps(_ window: WindowPlan.Window) -> Bool {
      held.contains { $0.entity == window.entity && abs($0.start - window.start) < Int32(plan.length) }
    }
    let training = (0..<count).filter { !reach.contains($0) && !overlaps(plan.windows[$0]) }
    return training.isEmpty
      ? (Array(0..<Int32(count)), []) : (training.map { Int32($0) }, reach.map { Int32($0) })
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer { try FittedCSDI(archive) }
}

/// Series learned by ``CSDIMethod``.
struct FittedCSDI: FittedImputer {
  struct Settings: Codable, Sendable {
    let shape: CSDIShape
    let draws: Int
    let clips: Bool
    let evaluations: Int
  }

  let contents: ModelContents<SeriesCoding, Settings>
  let network: CSDINetwork
  let store: ParameterStore

  var schema: Schema { contents.schema }
  var series: SeriesLayout? { contents.coding.layout }
  var report: FitReport? { contents.report }

  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
    let coding = contents.coding, settings = contents.settings, length = settings.shape.length
    let frame = try coding.frame(table, schema: schema)
    let effort = request.affordable(draws: settings.draws, evaluations: settings.evaluations)
    let filling = CSDIFilling(
      network: network, diffusion: GaussianDiffusion(schedule: CSDISchedule.stepped(settings.shape.steps)),
      evaluations: effort.evaluations, store: store, precision: contents.precision,
      threads: request.threads, frame: frame,
      random: RandomStream(seed: request.seed).child(61),
      range: settings.clips ? coding.plausibleRanges : nil)
    let stretches = WindowPlan.stretches(frame, length: length, typicalStep: coding.typicalStep)
    let results = try filling.run(
      WindowPlan(length: length, stride: length, stretches: stretches).windows,
      draws: effort.draws, shouldContinue: request.shouldContinue)
    for result in results { try result.checkFinite() }
    let filled = zip(frame.entities, results).map { series, result in
      series.values.indices.map { series.values[$0].isNaN ? result.median[$0] : series.values[$0] }
    }
    let predictions = ResidualPredictions(
      coding: coding, frame: frame, results: results, calibration: ResidualCalibration(), request: request)
    return coding.imputation(
      of: table, frame: frame, predictions.predictions(coding.holes(of: table, in: frame), filled: filled))
  }

  func archive() throws -> ModelArchive { try contents.archive(method: CSDIMethod.id, parameters: store) }
}

extension FittedCSDI {
  /// Reads a model.
  init(_ archive: ModelArchive) throws {
    contents = try ModelContents(archive) { stored, field throws(ArchiveError) in
      try stored.coding.check(field("coding"), schema: stored.schema)
      try stored.settings.check(field("settings"), coding: stored.coding)
    }
    var parameters = ParameterLayout()
    network = CSDINetwork(contents.settings.shape, in: &parameters)
    store = try archive.parameters(for: parameters)
  }
}

extension SeriesCoding {
  /// The observed range of each channel, standardised, and half of its width to either side.
  var plausibleRanges: [ClosedRange<Float>] {
    columns.flatMap { column -> [ClosedRange<Float>] in
      guard case .number(let minimum, let maximum, _) = column.content else {
        return [ClosedRange<Float>](repeating: -10...10, count: column.channelCount)
      }
      let low = (minimum - column.means[0]) / column.deviations[0]
      let high = (maximum - column.means[0]) / column.deviations[0]
      let reach = (high - low) / 2
      return [Float(low - reach)...Float(high + reach)]
    }
  }
}
