import DiffusionCore
import NeuralNetworks

/// Draws of CSDI for the missing cells of a frame: ancestral sampling, window by window.
struct CSDIFilling: Sendable {
  let network: CSDINetwork
  let diffusion: GaussianDiffusion
  /// Evaluations of the network a draw; all steps of noise where there are as many or more.
  let evaluations: Int
  let store: ParameterStore
  let precision: Precision
  let threads: Int
  let frame: SeriesFrame
  let random: RandomStream
  /// Clean values are held within this range of each channel; nil for none, as published.
  let range: [ClosedRange<Float>]?

  /// Draws values, in the form that ``ResidualPredictions`` reads.
  func run(
    _ windows: [WindowPlan.Window], draws: Int, shouldContinue: @escaping @Sendable (Double) -> Bool
  ) throws -> [ResidualFilling.EntityResult] {
    let channels = frame.channelCount, length = network.shape.length
    var results = frame.entities.map { ResidualFilling.EntityResult($0.values, draws: draws) }
    let windows = windows.filter { window in
      CSDITask.values(window, of: frame, length: length).prefix(Int(window.steps) * channels).contains { $0.isNaN }
    }
    let pass = ShardedPass(
      store: store, rows: 4096, rowsPerShard: 1, precision: precision, threads: threads, recordsGradients: false)
    let piece = 4 * threads
    for first in stride(from: 0, to: windows.count, by: piece) {
      guard shouldContinue(Double(first) / Double(windows.count)) else { throw CancellationError() }
      let part = Array(windows[first..<min(first + piece, windows.count)])
      let progress = WorkProgress(
        of: part.count * calls(draws: draws), from: Double(first) / Double(windows.count),
        to: Double(first + part.count) / Double(windows.count), shouldContinue: shouldContinue)
      let made = pass.map(rows: part.count) { tape, range in
        Result { try self.draw(part[range.lowerBound], draws: draws, progress, on: tape) }
      }
      for (window, drawn) in zip(part, made) {
        let values = try drawn.get()
        let start = Int(window.start) * channels, entity = Int(window.entity)
        for row in 0..<Int(window.steps) * channels {
          let place = Int(results[entity].place[start + row])
          guard place >= 0 else { continue }
          for draw in 0..<draws { results[entity].draws[draw][place] = values[draw][row] }
        }
      }
    }
    for entity in results.indices { results[entity].centreOnMedians() }
    return results
  }

  /// The levels of the steps that are taken, from T down to 0.
  private var path: [NoiseLevel] {
    let count = min(evaluations, diffusion.steps)
    return (0...count).map { diffusion.level(step: diffusion.steps * (count - $0) / count) }
  }

  /// Draws of a window that go through the network at once.
  private var together: Int { max(1, 4096 / (network.shape.length * frame.channelCount)) }

  /// How often the network is called for one window.
  private func calls(draws: Int) -> Int {
    (draws + together - 1) / together * min(evaluations, diffusion.steps)
  }

  private func draw(
    _ window: WindowPlan.Window, draws: Int, _ progress: WorkProgress, on tape: Tape
  ) throws -> [[Float]] {
    let values = CSDITask.values(window, of: frame, length: network.shape.length), tokens = values.count
    let channels = frame.channelCount
    let known = values.map { Float($0.isNaN ? 0 : 1) }
    var random = self.random.child(UInt64(window.entity)).child(UInt64(window.start))
    var made: [[Float]] = []
    let together = together
    var isStopped = false
    for first in stride(from: 0, to: draws, by: together) {
      let count = min(together, draws - first)
      var start = Tensor(shape: [count, tokens])
      for place in start.values.indices { start.values[place] = random.normal() }
      let masks = Tensor(Array(repeatElement(known, count: count).joined()), shape: [count * tokens, 1])
      let clean = try AncestralSampler(variance: .posterior).sample(from: start, along: path, random: &random) {
        noisy, level in
        isStopped = isStopped || !progress.advance()
        // The sampler takes no errors: what is left of its way costs nothing.
        guard !isStopped else { return noisy }
        tape.reset()
        let step = diffusion.step(of: level)
        let input = tape.constant(rows: count * tokens, columns: 2) { memory in
          for row in 0..<count * tokens {
            let value = values[row % tokens]
            memory[2 * row] = value.isNaN ? 0 : value
            memory[2 * row + 1] = value.isNaN ? noisy.values[row] : 0
          }
        }
        let noise = network(
          values: input, known: tape.constant(masks), steps: [Int](repeating: step - 1, count: count))
        var result = Parameterization.noise.clean(
          from: Tensor(Array(noise.values), shape: noisy.shape), noisy: noisy, at: level)
        if let range {
          for row in result.values.indices {
            let ends = range[row % channels]
            result.values[row] = min(max(result.values[row], ends.lowerBound), ends.upperBound)
          }
        }
        return result
      }
      if isStopped { throw CancellationError() }
      made += (0..<count).map { Array(clean.values[$0 * tokens..<($0 + 1) * tokens]) }
    }
    return made
  }
}

extension GaussianDiffusion {
  /// The step whose level this is.
  func step(of level: NoiseLevel) -> Int {
    (1...steps).min { abs(signal[$0] - level.signal) < abs(signal[$1] - level.signal) } ?? 1
  }
}
