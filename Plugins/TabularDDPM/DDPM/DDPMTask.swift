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
  func meanLoss(_ rows: [Int32], _ pass: ShardedPass) -> Double {
    let steps = objective.schedule.steps
    let repeated = (0..<max(1, Self.judged / rows.count)).flatMap { _ in rows }
    let losses = pass.map(rows: repeated.count) { tape, range in
      let random = RandomStream(seed: 0, stream: UInt64(range.lowerBound))
      let loss = objective.loss(
        data, rows: repeated[range],
        // Evenly spread over 1 ... T, by the golden ratio.
        step: { place, _ in
          1 + Int(MaskedObjective.share(range.lowerBound + place, offset: 0.5) * Double(steps))
        }, weight: 1 / Float(repeated.count), random: random, on: tape)
      return Double(loss.values[0])
    }
    return losses.reduce(0, +)
  }

  /// Judges the finished model by its loss on its own rows and on rows it has not seen.
  func report(
    _ store: ParameterStore, summary: TrainingSummary, settings: TrainingSettings, choices: [Choice]
  ) -> FitReport {
    let pass = ShardedPass(
      store: store, rows: Self.judged, precision: settings.precision, threads: settings.threads, recordsGradients: false
    )
    let trained = meanLoss(Array(training.prefix(Self.judged)), pass), held = heldOutLoss(pass)
    var report = FitReport(
      method: TabularDDPMMethod.id, trainingRows: training.count, heldOutRows: heldOut.count,
      parameters: store.values.count, training: summary, trainingLoss: trained, heldOutLoss: held, verdict: .unknown,
      explanation: "There were too few rows to hold any out, so nothing can be said about memorising.", choices: choices
    )
    guard let held, heldOut.count >= 20 else { return report }
    let curve = summary.curve.compactMap(\.heldOut)
    // A network that knows nothing has a squared error of 1; what was learned since the first judgement counts too.
    let learned = max((curve.first ?? held) - held, 0.05 * held)
    let late = curve.count >= 6 ? curve[curve.count * 3 / 4] - held : 0
    let figures = "loss \(Self.text(held)) on rows it has not seen, \(Self.text(trained)) on its own"
    if held - trained > max(0.5 * learned, 0.15 * held) {
      report.verdict = .memorising
      report.explanation =
        "Memorising: \(figures). More data, a smaller --width or more --dropout would help; look at the copies in the report."
    } else if summary.bestStep == summary.steps, late > 0.1 * learned {
      report.verdict = .underfitted
      report.explanation =
        "Underfitted: \(figures), and still falling when the time was over. Give it a larger --budget."
    } else {
      report.verdict = .right
      report.explanation =
        "Right: \(figures). The loss is that of TabDDPM, a squared error and a bound added up: "
        + "compare it only with other runs of this method on these data."
    }
    return report
  }

  private static func text(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }
}
