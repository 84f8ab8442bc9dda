import DiffusionCore
import NeuralNetworks

/// The windows to train on, with cells hidden in several ways, and those to judge by.
struct ResidualTask: TrainingObjective {
  let objective: ResidualObjective
  /// All cells that are observed.
  let truth: SeriesFrame
  /// The frame with cells hidden, in several draws, for training, and in others for judging.
  let views: [MaskedView], judgingViews: [MaskedView]
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
    var count = 0, error = 0.0, likelihood = 0.0, denoising = 0.0, denoisedCount = 0.0
  }

  func heldOutLosses(_ pass: ShardedPass) -> Losses {
    let windows = judgingPlan.windows, count = windows.count
    let parts = pass.map(rows: judgingViews.count * count) { tape, range -> Losses in
      let own = range.map { windows[$0 % count] }
      func view(_ place: Int) -> MaskedView { judgingViews[(range.lowerBound + place) / count] }
      let truth = truths(own, judging: true, view: view)
      var sums = [0.0, 0.0, 0.0, 0.0]
      _ = objective.loss(
        input(own, view: view), truth: truth, weight: 1,
        random: RandomStream(seed: 99, stream: UInt64(range.lowerBound)), on: tape, sums: &sums)
      return Losses(
        count: truth.count { !$0.isNaN }, error: sums[0], likelihood: sums[1], denoising: sums[2],
        denoisedCount: sums[3])
    }
    var all = parts.reduce(into: Losses()) { sum, part in
      sum.count += part.count
      sum.error += part.error
      sum.likelihood += part.likelihood
      sum.denoising += part.denoising
      sum.denoisedCount += part.denoisedCount
    }
    let cells = Double(max(all.count, 1))
    all.error /= cells
    all.likelihood /= cells
    all.denoising /= max(all.denoisedCount, 1)
    return all
  }
}
