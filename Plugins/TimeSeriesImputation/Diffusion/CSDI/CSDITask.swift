import DiffusionCore
import NeuralNetworks

/// CSDI's training: cells that were observed are hidden at random or as another window lacks them, and the noise that was
/// added to them is predicted.
///
/// Source: Tashiro et al. 2021, section 4.3 and appendix D ("random" and "historical" targets, mixed as for air quality).
/// The squared error is divided by the mean number of hidden cells instead of each batch's own.
struct CSDITask: TrainingObjective {
  let network: CSDINetwork
  let diffusion: GaussianDiffusion
  let frame: SeriesFrame
  let plan: WindowPlan
  /// Windows to train on, and others to judge by.
  let training: [Int32], heldOut: [Int32]
  /// The mean number of hidden cells of a window.
  let expected: Float

  var trainingRows: Int { training.count }

  /// The loss's figures of held-out windows.
  struct Sums: Sendable {
    var error = 0.0, count = 0
  }

  func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable {
    loss(
      batch.rows.map { plan.windows[Int(training[Int($0)])] }, weight: 1 / (Float(batch.batchSize) * expected),
      random: batch.random, on: tape)
  }

  func heldOutLoss(_ pass: ShardedPass) -> Double? {
    guard !heldOut.isEmpty else { return nil }
    let parts = pass.map(rows: heldOut.count) { tape, range -> Sums in
      var sums = Sums()
      _ = loss(
        heldOut[range].map { plan.windows[Int($0)] }, weight: 1,
        random: RandomStream(seed: 98, stream: UInt64(range.lowerBound)), on: tape, sums: &sums)
      return sums
    }
    return parts.reduce(0) { $0 + $1.error } / Double(max(parts.reduce(0) { $0 + $1.count }, 1))
  }

  /// The values of a window, NaN where missing, `[length · channels]`.
  static func values(_ window: WindowPlan.Window, of frame: SeriesFrame, length: Int) -> [Float] {
    let channels = frame.channelCount, start = Int(window.start) * channels
    let own = frame.entities[Int(window.entity)].values[start..<start + Int(window.steps) * channels]
    return own + [Float](repeating: .nan, count: length * channels - own.count)
  }

  private func loss(
    _ windows: [WindowPlan.Window], weight: Float, random: RandomStream, on tape: Tape,
    sums: UnsafeMutablePointer<Sums>? = nil
  ) -> Variable {
    var random = random
    let tokens = plan.length * frame.channelCount, rows = windows.count * tokens
    var inputs = [Float](repeating: 0, count: 2 * rows), known = [Float](repeating: 0, count: rows)
    var noise = [Float](repeating: 0, count: rows), scored = [Bool](repeating: false, count: rows)
    var steps: [Int] = []
    for (place, window) in windows.enumerated() {
      let values = Self.values(window, of: frame, length: plan.length)
      let hidden = hide(values, &random)
      let step = random.integer(below: diffusion.steps)
      steps.append(step)
      let level = diffusion.level(step: step + 1)
      for cell in 0..<tokens {
        let row = place * tokens + cell
        let isKnown = !values[cell].isNaN && !hidden[cell]
        if isKnown {
          known[row] = 1
          inputs[2 * row] = values[cell]
          continue
        }
        noise[row] = random.normal()
        // What is missing is the noisy form of a zero.
        inputs[2 * row + 1] =
          Float(level.signal) * (values[cell].isNaN ? 0 : values[cell]) + Float(level.noise) * noise[row]
        scored[row] = hidden[cell]
      }
    }
    let predicted = network(
      values: tape.constant(Tensor(inputs, shape: [rows, 2])), known: tape.constant(Tensor(known, shape: [rows, 1])),
      steps: steps)
    if let sums {
      for row in 0..<rows where scored[row] {
        let error = Double(predicted.values[row] - noise[row])
        sums.pointee.error += error * error
        sums.pointee.count += 1
      }
    }
    return predicted.squaredError(noise, weights: scored.map { $0 ? weight : 0 })
  }

  /// The cells to hide: all of them are observed.
  func hide(_ values: [Float], _ random: inout RandomStream) -> [Bool] {
    if random.uniform() < 0.5 {
      return HidingPattern.points(share: random.uniformDouble()).draw(
        in: MaskGrid(values, channels: frame.channelCount), random: &random)
    }
    let other = plan.windows[random.integer(below: plan.windows.count)]
    let pattern = Self.values(other, of: frame, length: plan.length)
    return values.indices.map { !values[$0].isNaN && pattern[$0].isNaN }
  }
}
