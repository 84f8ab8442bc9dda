import DiffusionCore
import Foundation
import NeuralNetworks

/// The windows to train on, with cells hidden in several ways, and those to judge by.
struct ResidualTask: TrainingObjective {
  let objective: ResidualObjective
  /// All cells that are observed.
  let truth: SeriesFrame
  /// The frame with cells hidden, in several draws, for training, and in others for judging.
  let views: [MaskedView]
  var judgingViews: [MaskedView]
  /// Cells that are never scored in training, by entity and step.
  let heldOut: [[Bool]]
  let plan: WindowPlan, judgingPlan: WindowPlan
  /// Scored cells of an average window.
  let expected: Float

  var trainingRows: Int { plan.windows.count }

  /// The truth of the cells of windows that are scored; NaN for others.
  func truths(_ windows: [WindowPlan.Window], judging: Bool, view: (Int) -> MaskedView) -> [Float] {
    let length = plan.length, channels = truth.channelCount, patch = objective.network.shape.patch
    var result = [Float](repeating: .nan, count: windows.count * length * channels)
    for (place, window) in windows.enumerated() {
      let entity = Int(window.entity), masked = view(place).entities[entity].series.values
      let values = truth.entities[entity].values
      for step in 0..<Int(window.steps) {
        let source = Int(window.start) + step
        guard heldOut[entity][source] == judging else { continue }
        for channel in 0..<channels {
          let cell = source * channels + channel
          guard masked[cell].isNaN else { continue }
          let row = WindowInput.row(step: step, channel: channel, channels: channels, patch: patch)
          result[place * length * channels + row] = values[cell]
        }
      }
    }
    return result
  }

  func input(_ windows: [WindowPlan.Window], view: (Int) -> MaskedView) -> WindowInput {
    WindowInput(
      windows, length: plan.length, patch: objective.network.shape.patch, channels: truth.channelCount,
      inputs: truth.inputCount, spread: objective.spread, typicalStep: objective.typicalStep, view: view)
  }

  func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable {
    var random = batch.random
    let windows = batch.rows.map { plan.windows[Int($0)] }
    let chosen = windows.map { _ in random.integer(below: views.count) }
    return objective.loss(
      input(windows) { views[chosen[$0]] }, truth: truths(windows, judging: false) { views[chosen[$0]] },
      weight: 1 / (Float(batch.batchSize) * expected), random: random.child(1), on: tape)
  }

  func heldOutLoss(_ pass: ShardedPass) -> Double? {
    let losses = heldOutLosses(pass)
    return losses.count > 0 ? losses.total : nil
  }

  /// The mean losses of held-out cells.
  struct Losses: Sendable {
    var count = 0
    /// The absolute error, in standard deviations of the channel.
    var error = 0.0
    /// The conditioner's loss, of the distance as it is once its scale has been calibrated, which comes after training anyway.
    /// Else a network would be stopped for being too sure while its median still grows better. The denoiser, which has no say in
    /// the conditioner, has none here.
    var total = 0.0
  }

  func heldOutLosses(_ pass: ShardedPass) -> Losses {
    let windows = judgingPlan.windows, count = windows.count
    let parts = pass.map(rows: judgingViews.count * count) { tape, range -> (Int, ResidualObjective.Sums) in
      let own = range.map { windows[$0 % count] }
      func view(_ place: Int) -> MaskedView { judgingViews[(range.lowerBound + place) / count] }
      let truth = truths(own, judging: true, view: view)
      var sums = ResidualObjective.Sums()
      let input = input(own, view: view)
      _ = objective.estimateLoss(
        objective.network.read(input, on: tape).estimate, input, truth: truth, weight: 1, sums: &sums)
      return (truth.count { !$0.isNaN }, sums)
    }
    let cells = parts.reduce(0) { $0 + $1.0 }
    guard cells > 0 else { return Losses() }
    func mean(_ part: (ResidualObjective.Sums) -> Double) -> Double {
      parts.reduce(0) { $0 + part($1.1) } / Double(cells)
    }
    let error = mean(\.error)
    return Losses(
      count: cells, error: error,
      total: error / Double(objective.meanSpread) + mean(\.log) + 1 + log(max(mean(\.relative), 1e-9)))
  }
}
