import DiffusionCore
import NeuralNetworks

/// The rows to train on and the rows to judge by.
struct DDPMTask: TrainingObjective {
  let objective: DDPMObjective
  let data: Cells
  let training: [Int32]
  let heldOut: [Int32]

  /// Noisy rows in one judgement: few rows are judged at several steps each.
  private static let judged = 4096
  /// How much longer the judgement of a finished model takes than that before the first step: five noise levels more.
  static let judgingFactor = 1.6

  var trainingRows: Int { training.count }

  func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable {
    let steps = objective.schedule.steps
    let rows = batch.rows.map { training[Int($0)] }
    return objective.loss(
      data, rows: rows[...], step: { _, random in 1 + random.integer(below: steps) },
      weight: 1 / Float(batch.batchSize),
      random: batch.random, on: tape)
  }

  func heldOutLoss(_ pass: ShardedPass) -> Double? { heldOut.isEmpty ? nil : meanLoss(heldOut, pass) }

  /// The mean loss of some rows, with the same steps, noise and known cells on every call.
  ///
  /// - Parameter noise: the step as a share of all, the same for every row; nil: evenly spread.
  func meanLoss(_ rows: [Int32], noise: Double? = nil, _ pass: ShardedPass) -> Double {
    let steps = objective.schedule.steps
    let repeated = (0..<max(1, Self.judged / rows.count)).flatMap { _ in rows }
    let losses = pass.map(rows: repeated.count) { tape, range in
      let random = RandomStream(seed: 0, stream: UInt64(range.lowerBound))
      let loss = objective.loss(
        data, rows: repeated[range],
        // Evenly spread over 1 ... T, by the golden ratio.
        step: { place, _ in
          1 + Int((noise ?? MaskedObjective.share(range.lowerBound + place, offset: 0.5)) * Double(steps))
        }, weight: 1 / Float(repeated.count), random: random, on: tape)
      return Double(loss.values[0])
    }
    return losses.reduce(0, +)
  }

  private func pass(_ store: ParameterStore, _ settings: TrainingSettings) -> ShardedPass {
    ShardedPass(
      store: store, rows: Self.judged, precision: settings.precision, threads: settings.threads, recordsGradients: false
    )
  }

  /// The losses of held-out rows and of as many of the others as a good estimate needs.
  func losses(_ store: ParameterStore, _ settings: TrainingSettings) -> TrainingJudgement.Losses {
    let pass = pass(store, settings)
    return TrainingJudgement.Losses(heldOut: heldOut, own: Array(training.prefix(Self.judged))) { meanLoss($0, pass) }
  }

  /// Judges the finished model by its loss on its own rows and on rows it has not seen.
  ///
  /// - Parameter before: the losses before the first step.
  func report(
    _ store: ParameterStore, summary: TrainingSummary, before: TrainingJudgement.Losses, settings: TrainingSettings,
    choices: [Choice]
  ) -> FitReport {
    let after = losses(store, settings)
    let held = heldOut.isEmpty ? nil : after.heldOut.mean, trained = after.own.mean
    var report = FitReport(
      method: TabularDDPMMethod.id, trainingRows: training.count, heldOutRows: heldOut.count,
      parameters: store.values.count, training: summary, trainingLoss: trained, heldOutLoss: held, verdict: .unknown,
      explanation: "There were too few rows to hold any out, so nothing can be said about memorising.", choices: choices
    )
    report.training.initialHeldOut = heldOut.isEmpty ? nil : before.heldOut.mean
    let pass = pass(store, settings)
    report.training.noteNoise(heldOut: heldOut, training: training) { meanLoss(Array($0), noise: $1, pass) }
    guard let held, heldOut.count >= 20 else { return report }
    let judgement = TrainingJudgement(
      summary, before: before, after: after, least: 0.15 * held, warmUp: settings.warmUp)
    report.verdict = judgement.verdict
    let figures = "loss \(Self.text(held)) on rows it has not seen, \(Self.text(trained)) on its own"
    switch judgement.verdict {
    case .memorising:
      report.explanation =
        "Memorising: \(figures). More data, a smaller network (--set width) or more dropout (--set dropout) would help."
    case .underfitted:
      report.explanation =
        "Underfitted: \(figures), and it \(judgement.shortcoming(Self.text)). "
        + "Give it a larger \(settings.steps == nil ? "--budget" : "--steps")."
    case .right, .unknown:
      report.explanation =
        "Right: \(figures). The loss is that of TabDDPM, a squared error and a bound added up: "
        + "compare it only with other runs of this method on these data."
    }
    return report
  }

  private static func text(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }
}
