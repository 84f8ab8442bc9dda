import DiffusionCore
import NeuralNetworks

/// The rows to train on and the rows to judge by.
struct MaskedTask: TrainingObjective {
  let objective: MaskedObjective
  let data: Cells
  let training: [Int32]
  let heldOut: [Int32]

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
      data, rows: rows[...], shares: { MaskedObjective.share(batch.offset + $0, offset: offset) },
      weight: 1 / Float(batch.batchSize), random: batch.random, on: tape)
  }

  func heldOutLoss(_ pass: ShardedPass) -> Double? {
    heldOut.isEmpty ? nil : objective.bound(data, rows: heldOut, pass: pass, seed: 99)
  }

  private func pass(_ store: ParameterStore, _ settings: TrainingSettings) -> ShardedPass {
    ShardedPass(
      store: store, rows: 4096, precision: settings.precision, threads: settings.threads, recordsGradients: false)
  }

  /// The losses of held-out rows and of as many of the others as a good estimate needs.
  func losses(_ store: ParameterStore, _ settings: TrainingSettings) -> TrainingJudgement.Losses {
    let pass = pass(store, settings)
    return TrainingJudgement.Losses(heldOut: heldOut, own: Array(training.prefix(4096))) {
      objective.bound(data, rows: $0, pass: pass, seed: 99)
    }
  }

  /// The losses of held-out rows by column of the table; empty where none are held out.
  func columnLosses(_ store: ParameterStore, _ settings: TrainingSettings) -> [Double] {
    heldOut.isEmpty ? [] : objective.columnBounds(data, rows: heldOut, pass: pass(store, settings), seed: 99)
  }

  /// Judges the finished model: what did it learn of its own rows, and what of rows it has not seen?
  ///
  /// - Parameters:
  ///   - before: the losses before the first step.
  ///   - columnsBefore: those of each column.
  func report(
    _ store: ParameterStore, summary: TrainingSummary, before: TrainingJudgement.Losses, columnsBefore: [Double],
    settings: TrainingSettings, choices: [Choice]
  ) -> FitReport {
    let after = losses(store, settings)
    let held = heldOut.isEmpty ? nil : after.heldOut.mean, trained = after.own.mean
    var report = FitReport(
      method: TabularMasked.id, trainingRows: training.count, heldOutRows: heldOut.count,
      parameters: store.values.count, training: summary, trainingLoss: trained, heldOutLoss: held, verdict: .unknown,
      explanation: "There were too few rows to hold any out, so nothing can be said about memorising.",
      choices: choices)
    report.training.initialHeldOut = heldOut.isEmpty ? nil : before.heldOut.mean
    let pass = pass(store, settings)
    report.training.noteNoise(heldOut: heldOut, training: training) {
      objective.bound(data, rows: Array($0), visible: 1 - $1, pass: pass, seed: 98)
    }
    report.training.byColumn =
      heldOut.isEmpty
      ? nil
      : zip(objective.coding.columns, zip(columnsBefore, columnLosses(store, settings)))
        .filter { column, _ in column.isModelled }
        .map { .init(column: $0.name, initial: $1.0, heldOut: $1.1) }
    guard let held, heldOut.count >= 20 else { return report }
    let judgement = TrainingJudgement(summary, before: before, after: after, least: 1)
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
        "Underfitted: \(figures), and fell by \(judgement.late.rounded(to: 2)) since step \(judgement.lateSince). "
        + "Give it a larger \(settings.steps == nil ? "--budget" : "--steps")."
    case .right, .unknown:
      report.explanation =
        "Right: \(figures), on its own rows \(trained.rounded(to: 2)), "
        + (summary.bestStep < summary.steps ? "and the best step was kept." : "and had nearly stopped falling.")
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
