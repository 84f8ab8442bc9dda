import DiffusionCore
import NeuralNetworks

/// The rows to train on and the rows to judge by.
struct MaskedTask: TrainingObjective {
  let objective: MaskedObjective
  let data: Cells
  let training: [Int32]
  let heldOut: [Int32]
  /// How many masked rows of each side judge the finished model, about.
  var judging = Self.usualJudging

  /// So many give a mean whose own error does not show.
  static let usualJudging = 65_536

  var trainingRows: Int { training.count }

  /// A network at its start and the task of training it.
  static func make(
    _ coding: TableCoding, denoiser: any TrainableDenoiser, data: Cells, training: [Int32], heldOut: [Int32],
    leastVisible: Double = 0, random: RandomStream
  ) -> (store: ParameterStore, task: MaskedTask) {
    let layout = coding.layout
    var parameters = ParameterLayout()
    let network = MaskedNetwork(
      layout, denoiser: denoiser, prior: MaskedNetwork.prior(layout, data: data), in: &parameters)
    var objective = MaskedObjective(coding: coding, network: network)
    objective.leastVisible = leastVisible
    let task = MaskedTask(objective: objective, data: data, training: training, heldOut: heldOut)
    return (ParameterStore(layout: parameters, values: parameters.initialValues(random)), task)
  }

  func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable {
    var shared = batch.shared
    let offset = shared.uniformDouble()
    let rows = batch.rows.map { training[Int($0)] }
    return objective.loss(
      data, rows: rows[...],
      visible: { objective.visible(MaskedObjective.share(batch.offset + $0, offset: offset)) }, weighting: .everyHidden,
      weight: 1 / Float(batch.batchSize), random: batch.random, on: tape)
  }

  func heldOutLoss(_ pass: ShardedPass) -> Double? {
    heldOut.isEmpty
      ? nil
      : objective.estimate(
        data, rows: heldOut, evaluations: Self.evaluations(heldOut.count, of: 8192, 2...8), pass: pass, seed: 99
      ).mean
  }

  /// How often each of some rows is masked, so that there are so many masked rows in all: few rows need more.
  private static func evaluations(_ rows: Int, of total: Int, _ bounds: ClosedRange<Int>) -> Int {
    min(max(total / max(rows, 1), bounds.lowerBound), bounds.upperBound)
  }

  private func pass(_ store: ParameterStore, _ settings: TrainingSettings) -> ShardedPass {
    ShardedPass(
      store: store, rows: 4096, precision: settings.precision, threads: settings.threads, recordsGradients: false)
  }

  /// What rows cost under some parameters: the losses, and by column those of held-out rows.
  struct Costs: Sendable {
    var losses: TrainingJudgement.Losses
    /// By the column's place in the table.
    var columns: [Double]

    fileprivate init(_ rows: (heldOut: [Int32], own: [Int32]), _ estimate: ([Int32]) -> MaskedEstimate) {
      let heldOut = estimate(rows.heldOut)
      losses = TrainingJudgement.Losses(heldOut: heldOut.rows, own: estimate(rows.own).rows)
      columns = heldOut.columns
    }
  }

  /// The share of the usual judgement that is made.
  private var judgedShare: Double { min(Double(judging) / Double(Self.usualJudging), 1) }

  /// The rows that judge: those that were held out, and as many of the others as a good estimate needs; fewer for a rough one.
  private var judged: (heldOut: [Int32], own: [Int32]) {
    func some(_ rows: [Int32]) -> [Int32] {
      let least = judgedShare * Double(Self.usualEvaluations(rows.count))
      return least >= 1 ? rows : Array(rows.prefix(max(200, Int(Double(rows.count) * least))))
    }
    return (some(heldOut), some(Array(training.prefix(4096))))
  }

  private static func usualEvaluations(_ rows: Int) -> Int { evaluations(rows, of: usualJudging, 16...64) }

  /// How often a row is masked that judges the finished model.
  private func judgements(_ rows: Int) -> Int {
    max(1, Int(judgedShare * Double(Self.usualEvaluations(rows))))
  }

  /// Rows of each side that show the loss by noise level.
  private var rowsByNoise: Int { max(64, Int(judgedShare * 1024)) }

  /// How many times as long as ``costsAtStart(_:_:)`` the final judgement takes.
  var judgingFactor: Double {
    let rows = judged
    let masked =
      rows.heldOut.count * judgements(rows.heldOut.count) + rows.own.count * judgements(rows.own.count)
      + 20 * rowsByNoise
    return Double(masked) / Double(max(rows.heldOut.count + rows.own.count, 1))
  }

  /// What rows cost before the first step.
  func costsAtStart(_ store: ParameterStore, _ settings: TrainingSettings) -> Costs {
    let pass = pass(store, settings)
    return Costs(judged) { objective.estimateAtStart(data, rows: $0, pass: pass) }
  }

  /// What rows cost under the parameters that training left.
  private func costs(_ pass: ShardedPass) -> Costs {
    Costs(judged) {
      objective.estimate(data, rows: $0, evaluations: judgements($0.count), pass: pass, seed: 97)
    }
  }

  /// Judges the finished model: what did it learn of its own rows, and what of rows it has not seen?
  ///
  /// - Parameter start: what rows cost before the first step.
  func report(
    _ store: ParameterStore, summary: TrainingSummary, start: Costs, settings: TrainingSettings, choices: [Choice]
  ) -> FitReport {
    let pass = pass(store, settings), end = costs(pass)
    let (before, after) = (start.losses, end.losses)
    let held = heldOut.isEmpty ? nil : after.heldOut.mean, trained = after.own.mean
    var report = FitReport(
      method: TabularMasked.id, trainingRows: training.count, heldOutRows: heldOut.count,
      parameters: store.values.count, training: summary, trainingLoss: trained, heldOutLoss: held, verdict: .unknown,
      explanation: "There were too few rows to hold any out, so nothing can be said about memorising.",
      choices: choices)
    report.training.initialHeldOut = heldOut.isEmpty ? nil : before.heldOut.mean
    report.training.noteNoise(
      heldOut: Array(heldOut.prefix(rowsByNoise)), training: Array(training.prefix(rowsByNoise)),
      most: 1 - objective.leastVisible
    ) {
      objective.estimate(data, rows: Array($0), evaluations: 2, visible: 1 - $1, pass: pass, seed: 98).mean
    }
    report.training.byColumn =
      heldOut.isEmpty
      ? nil
      : zip(objective.coding.columns, zip(start.columns, end.columns))
        .filter { column, _ in column.isModelled }
        .map { .init(column: $0.name, initial: $1.0, heldOut: $1.1) }
    guard let held, heldOut.count >= 20 else { return report }
    let judgement = TrainingJudgement(summary, before: before, after: after, least: 1, warmUp: settings.warmUp)
    report.verdict = judgement.verdict
    let figures = "held-out loss is \(held.rounded(to: 2)) nats a row"
    switch judgement.verdict {
    case .memorising:
      report.explanation =
        "Memorising: \(judgement.learnedOfOwn.rounded(to: 2)) nats a row were learned of its own rows, and "
        + "\(judgement.learned.rounded(to: 2)) of rows it has not seen. "
        + "More data, a smaller network (--set width) or more dropout (--set dropout) would help."
    case .underfitted:
      report.explanation =
        "Underfitted: \(figures), and \(judgement.shortcoming { "\($0.rounded(to: 2))" }). "
        + "Give it a larger \(settings.steps == nil ? "--budget" : "--steps")."
    case .right, .unknown:
      let end =
        if summary.bestStep < summary.steps {
          "and the best step was kept."
        } else if let turnedAt = summary.turnedAt {
          "and training ended from its best step when held-out loss had risen by step \(turnedAt)."
        } else {
          "and had nearly stopped falling."
        }
      report.explanation = "Right: \(figures), on its own rows \(trained.rounded(to: 2)), \(end)"
    }
    return report
  }
}

extension Double {
  /// The number with so many decimals.
  fileprivate func rounded(to digits: Int) -> Double {
    let scale = digits == 1 ? 10.0 : 100.0
    return (self * scale).rounded() / scale
  }
}
