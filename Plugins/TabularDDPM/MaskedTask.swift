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
    random: RandomStream
  ) -> (store: ParameterStore, task: MaskedTask) {
    let layout = coding.layout
    var parameters = ParameterLayout()
    let network = MaskedNetwork(
      layout, denoiser: denoiser, prior: MaskedNetwork.prior(layout, data: data), in: &parameters)
    let task = MaskedTask(
      objective: MaskedObjective(coding: coding, network: network), data: data, training: training, heldOut: heldOut)
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

  /// Judges the finished model: by how much does it know its own rows better than rows it has not seen?
  func report(
    _ store: ParameterStore, summary: TrainingSummary, settings: TrainingSettings, columns: Int, choices: [Choice]
  ) -> FitReport {
    let pass = ShardedPass(
      store: store, rows: 4096, precision: settings.precision, threads: settings.threads, recordsGradients: false)
    let held = heldOutLoss(pass)
    let trained = objective.bound(data, rows: Array(training.prefix(4096)), pass: pass, seed: 99)
    var report = FitReport(
      method: TabularMasked.id, trainingRows: training.count, heldOutRows: heldOut.count,
      parameters: store.values.count, training: summary, trainingLoss: trained, heldOutLoss: held, verdict: .unknown,
      explanation: "There were too few rows to hold any out, so nothing can be said about memorising.",
      choices: choices)
    guard let held, heldOut.count >= 20 else { return report }
    // What the model knows of a row it has seen beyond one it has not, as a share of what it learned at all.
    let learned = max((summary.curve.first?.heldOut ?? held) - held, 0.02 * abs(held))
    let gap = held - trained
    let curve = summary.curve.compactMap(\.heldOut)
    let late = curve.count >= 6 ? curve[curve.count * 3 / 4] - (curve.last ?? held) : 0
    if gap > max(0.5 * learned, 0.2 * abs(held)), gap > 1 {
      report.verdict = .memorising
      report.explanation =
        "Memorising: its own rows are \(gap.rounded(to: 2)) nats more likely to it than rows it has not seen. "
        + "More data, a smaller network (--set width) or more dropout (--set dropout) would help."
    } else if !summary.stoppedEarly, summary.bestStep == summary.steps, late > 0.25 * learned {
      report.verdict = .underfitted
      report.explanation =
        "Underfitted: held-out loss was still falling fast when the time was over. Give it a larger --budget."
    } else {
      report.verdict = .right
      report.explanation =
        "Right: held-out loss is \(held.rounded(to: 2)) nats a row, on its own rows \(trained.rounded(to: 2)), "
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
