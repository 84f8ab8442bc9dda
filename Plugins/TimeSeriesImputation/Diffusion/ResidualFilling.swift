import DiffusionCore
import Foundation
import NeuralNetworks

/// Estimates and draws for the unknown cells of a frame, window by window.
struct ResidualFilling: Sendable {
  let sampler: ResidualSampler
  let store: ParameterStore
  let precision: Precision
  let threads: Int
  /// Steps of a window.
  let length: Int
  /// The frame's view.
  let view: MaskedView
  let channels: Int, inputs: Int
  /// Where noise comes from.
  let random: RandomStream

  private var patch: Int { sampler.objective.network.shape.patch }

  /// Rows of a tape, so that its values stay in cache.
  private static let tapeRows = 2048

  /// What is said of the unknown cells of one entity.
  struct EntityResult: Sendable {
    /// Sums over windows: weights, weighted medians, weighted logarithms of deviations, `[steps · channels]`.
    var weight: [Float], median: [Float], logDeviation: [Float]
    /// The place of each cell among `draws`, -1 where it is known.
    var place: [Int32]
    /// Drawn residuals by draw and then by unknown cell.
    var draws: [[Float]]

    /// Nothing is said yet of the cells that are NaN.
    init(_ values: [Float], draws: Int) {
      let zeros = [Float](repeating: 0, count: values.count)
      (weight, median, logDeviation) = (zeros, zeros, zeros)
      var unknown: Int32 = 0
      place = values.map { value in
        guard value.isNaN else { return -1 }
        unknown += 1
        return unknown - 1
      }
      self.draws = Array(repeating: Array(repeating: 0, count: Int(unknown)), count: draws)
    }

    /// Takes draws that are values: each cell's median apart, what is left over as residuals of deviation 1.
    mutating func centreOnMedians() {
      for cell in place.indices where place[cell] >= 0 {
        let own = Int(place[cell])
        let sorted = draws.map { $0[own] }.sorted(), count = sorted.count
        median[cell] = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
        weight[cell] = 1
        for draw in draws.indices { draws[draw][own] -= median[cell] }
      }
    }
  }

  /// What is said of a window's unknown cells.
  private struct WindowResult: Sendable {
    var cells: [Int32] = []
    var weight: [Float] = [], median: [Float] = [], logDeviation: [Float] = []
    /// `[draws][cells]`; none where another window makes them.
    var residuals: [[Float]] = []
  }

  /// A window, and whether it makes the draws of its cells.
  struct Job: Sendable {
    let window: WindowPlan.Window
    let draws: Bool
  }

  /// Windows that overlap by half: estimates are blended, and every second one makes the draws.
  static func jobs(_ stretches: [[Range<Int>]], length: Int) -> [Job] {
    stretches.enumerated().flatMap { entity, ranges in
      ranges.flatMap { range -> [Job] in
        func job(_ start: Int, _ steps: Int, _ draws: Bool) -> Job {
          Job(window: .init(entity: Int32(entity), start: Int32(start), steps: Int32(steps)), draws: draws)
        }
        guard range.count > length else { return range.isEmpty ? [] : [job(range.lowerBound, range.count, true)] }
        let last = range.upperBound - length
        var jobs = stride(from: range.lowerBound, to: last, by: length).map { job($0, length, true) }
        jobs.append(job(last, length, true))
        jobs += stride(from: range.lowerBound + length / 2, to: last, by: length).map { job($0, length, false) }
        return jobs.sorted { $0.window.start < $1.window.start }
      }
    }
  }

  /// Works on windows with unknown cells.
  ///
  /// - Throws: `CancellationError` where `shouldContinue` said so.
  func run(
    _ jobs: [Job], draws: Int, shouldContinue: @Sendable (Double) -> Bool
  ) throws -> [EntityResult] {
    let jobs = jobs.filter { hasUnknown($0.window) }
    let together = max(1, Self.tapeRows * patch / (length * channels))
    let pass = ShardedPass(
      store: store, rows: 4096, rowsPerShard: together, precision: precision, threads: threads,
      recordsGradients: false)
    var results = view.entities.map { EntityResult($0.series.values, draws: draws) }
    let piece = 64 * together
    for first in stride(from: 0, to: jobs.count, by: piece) {
      guard shouldContinue(Double(first) / Double(jobs.count)) else { throw CancellationError() }
      let part = Array(jobs[first..<min(first + piece, jobs.count)])
      let made = pass.map(rows: part.count) { tape, range in
        Result { try windows(Array(part[range]), draws: draws, on: tape) }
      }
      for (job, window) in zip(part, try made.flatMap({ try $0.get() })) {
        add(window, to: &results[Int(job.window.entity)])
      }
    }
    return results
  }

  private func hasUnknown(_ window: WindowPlan.Window) -> Bool {
    let values = view.entities[Int(window.entity)].series.values
    let start = Int(window.start) * channels
    return (start..<start + Int(window.steps) * channels).contains { values[$0].isNaN }
  }

  private func add(_ window: WindowResult, to result: inout EntityResult) {
    for (place, cell) in window.cells.enumerated() {
      let cell = Int(cell)
      result.weight[cell] += window.weight[place]
      result.median[cell] += window.weight[place] * window.median[place]
      result.logDeviation[cell] += window.weight[place] * window.logDeviation[place]
    }
    for (draw, residuals) in window.residuals.enumerated() {
      for (place, cell) in window.cells.enumerated() {
        result.draws[draw][Int(result.place[Int(cell)])] = residuals[place]
      }
    }
  }

  private func windows(_ jobs: [Job], draws: Int, on tape: Tape) throws -> [WindowResult] {
    let input = WindowInput(
      jobs.map(\.window), length: length, patch: patch, channels: channels, inputs: inputs,
      spread: sampler.objective.spread, typicalStep: sampler.objective.typicalStep, view: { _ in view })
    let estimates = sampler.estimates(input, on: tape)
    let size = input.size
    return try jobs.indices.map { place in
      let window = jobs[place].window, steps = Int(window.steps)
      let unknown = Array(input.unknown[place * size..<(place + 1) * size])
      var result = WindowResult()
      var rows: [Int] = []
      // Cells that do not exist are not unknown.
      for row in 0..<size where unknown[row] > 0 {
        let (step, channel) = WindowInput.place(row: row, channels: channels, patch: patch)
        rows.append(row)
        result.cells.append(Int32((Int(window.start) + step) * channels + channel))
        // Less where the window sees less around it.
        result.weight.append(Float(min(step, steps - 1 - step) + 1))
        result.median.append(estimates[place].median[row])
        result.logDeviation.append(log(estimates[place].deviation[row]))
      }
      guard jobs[place].draws, draws > 0 else { return result }
      let own = random.child(UInt64(window.entity))
      let streams = (0..<(draws + 1) / 2).map { own.child(UInt64($0)) }
      // As many draws at once as a tape holds in cache, in whole pairs.
      let together = max(2, Self.tapeRows * patch / size / 2 * 2)
      for first in stride(from: 0, to: draws, by: together) {
        let made = try sampler.residuals(
          estimates[place].condition, unknown: unknown, draws: min(together, draws - first),
          noise: { pair, row in
            // A cell's noise depends on the cell alone, however windows lie.
            let (step, channel) = WindowInput.place(row: row, channels: channels, patch: patch)
            let cell = UInt64((Int(window.start) + step) * channels + channel), stream = streams[first / 2 + pair]
            var source = RandomStream(seed: stream.seed, stream: stream.stream, position: 4 * cell)
            return source.normal()
          }, on: tape)
        for draw in 0..<made.shape[0] { result.residuals.append(rows.map { made[draw, $0] }) }
      }
      return result
    }
  }
}
