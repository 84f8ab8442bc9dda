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

  /// A window, and whether it makes draws.
  struct Job: Sendable, Equatable {
    let window: WindowPlan.Window
    let draws: Bool
    /// The first steps, whose draws the window before makes.
    let given: Int

    var steps: Range<Int> { Int(window.start)..<Int(window.start + window.steps) }
  }

  /// Windows that overlap: those that make draws by a quarter, with three between each two, so that estimates are blended
  /// over five or six.
  ///
  /// - Parameter chains: whether windows are given what those before have drawn.
  static func jobs(_ stretches: [[Range<Int>]], length: Int, chains: Bool) -> [Job] {
    stretches.enumerated().flatMap { entity, ranges in
      ranges.flatMap { range -> [Job] in
        func window(_ start: Int) -> WindowPlan.Window {
          WindowPlan.Window(entity: Int32(entity), start: Int32(start), steps: Int32(min(length, range.count)))
        }
        let first = range.lowerBound, last = range.upperBound - length, hop = length - length / 4
        guard last > first else {
          return range.isEmpty ? [] : [Job(window: window(first), draws: true, given: 0)]
        }
        // The last one is aligned to the end; the one before leaves it more to draw than it is given.
        let starts = Array(stride(from: first, to: max(first, last - length / 4) + 1, by: hop)) + [last]
        let drawing = starts.indices.map { place in
          Job(
            window: window(starts[place]), draws: true,
            given: chains && place > 0 ? starts[place - 1] + length - starts[place] : 0)
        }
        let between = (1...3).flatMap { part in
          stride(from: first + hop * part / 4, to: last, by: hop).map {
            Job(window: window($0), draws: false, given: 0)
          }
        }
        return (drawing + between).sorted { $0.window.start < $1.window.start }
      }
    }
  }

  /// What is said of a window.
  private struct Reading: Sendable {
    let estimate: ResidualSampler.Estimate
    /// The gaps, by rows in the window.
    let gaps: [WindowInput.Gap]
    /// The unknown cells: their rows in the window, and their places in the entity.
    var rows: [Int] = [], cells: [Int] = []
    /// More where the window sees more around it, for each unknown cell.
    var weight: [Float] = []
  }

  /// A window that draws.
  private struct Link: Sendable {
    let job: Job
    let reading: Reading
    /// The rows and cells that it draws, and those that were drawn before it.
    var fresh: [(row: Int, cell: Int)] = [], handed: [(row: Int, cell: Int)] = []
  }

  /// Works on windows with unknown cells.
  ///
  /// - Parameter piece: windows between two looks at `shouldContinue`; some that keep all threads busy, if nil.
  /// - Throws: `CancellationError` where `shouldContinue` said so.
  func run(
    _ jobs: [Job], draws: Int, piece: Int? = nil, shouldContinue: @escaping @Sendable (Double) -> Bool
  ) throws -> [EntityResult] {
    let jobs = jobs.filter { hasUnknown($0) }
    let size = length * channels
    let windowsTogether = max(1, Self.tapeRows * patch / size)
    let gang = ThreadGang(threads: threads)
    func pass(rows: Int) -> ShardedPass {
      ShardedPass(
        store: store, rows: 4096, rowsPerShard: rows, precision: precision, gang: gang, recordsGradients: false)
    }
    let reading = pass(rows: windowsTogether), drawing = pass(rows: 1)
    // As many draws at once as a tape holds in cache, in whole pairs.
    let mostTogether = max(2, min(8, Self.tapeRows * patch / size) / 2 * 2)
    var results = view.entities.map { EntityResult($0.series.values, draws: draws) }
    let piece = piece ?? 64 * windowsTogether
    for first in stride(from: 0, to: jobs.count, by: piece) {
      guard shouldContinue(Double(first) / Double(jobs.count)) else { throw CancellationError() }
      let part = Array(jobs[first..<min(first + piece, jobs.count)])
      let readings = reading.map(rows: part.count) { tape, range in read(Array(part[range]), on: tape) }
        .flatMap { $0 }
      for (job, reading) in zip(part, readings) { add(reading, to: &results[Int(job.window.entity)]) }
      let chains = chains(part, readings)
      // Fewer where there would be little to deal out; whatever the number of threads, for the same bytes.
      let together = chains.count * draws < 16 * mostTogether ? max(2, mostTogether / 4 * 2) : mostTogether
      let units = chains.flatMap { chain in
        stride(from: 0, to: draws, by: together).map { first in
          let draws = first..<min(first + together, draws)
          return (chain: chain, draws: draws, given: given(chain[0], draws, results))
        }
      }
      let progress = WorkProgress(
        of: units.count, from: Double(first) / Double(jobs.count), to: Double(first + part.count) / Double(jobs.count),
        shouldContinue: shouldContinue)
      let made = drawing.map(rows: units.count) { tape, range in
        Result {
          guard progress.advance() else { throw CancellationError() }
          let unit = units[range.lowerBound]
          return try draw(unit.chain, draws: unit.draws, given: unit.given, on: tape)
        }
      }
      for (unit, made) in zip(units, made) {
        for (link, residuals) in zip(unit.chain, try made.get()) {
          let entity = Int(link.job.window.entity)
          for (own, draw) in zip(residuals, unit.draws) {
            for (residual, (_, cell)) in zip(own, link.fresh) {
              results[entity].draws[draw][Int(results[entity].place[cell])] = residual
            }
          }
        }
      }
    }
    return results
  }

  private func hasUnknown(_ job: Job) -> Bool {
    let values = view.entities[Int(job.window.entity)].series.values
    return (job.steps.lowerBound * channels..<job.steps.upperBound * channels).contains { values[$0].isNaN }
  }

  private func read(_ jobs: [Job], on tape: Tape) -> [Reading] {
    let input = WindowInput(
      jobs.map(\.window), length: length, patch: patch, channels: channels, inputs: inputs,
      spread: sampler.objective.spread, typicalStep: sampler.objective.typicalStep, view: { _ in view })
    let size = input.size
    return zip(jobs.indices, sampler.estimates(input, on: tape)).map { place, estimate in
      let steps = jobs[place].steps
      var reading = Reading(
        estimate: estimate,
        gaps: !jobs[place].draws
          ? []
          : input.gaps(place).map { gap in
            WindowInput.Gap(rows: gap.rows.map { $0 - place * size }, times: gap.times)
          })
      // Cells that do not exist are not unknown.
      for row in 0..<size where input.unknown[place * size + row] > 0 {
        let (step, channel) = WindowInput.place(row: row, channels: channels, patch: patch)
        reading.rows.append(row)
        reading.cells.append((steps.lowerBound + step) * channels + channel)
        reading.weight.append(Float(min(step, steps.count - 1 - step) + 1))
      }
      return reading
    }
  }

  private func add(_ reading: Reading, to result: inout EntityResult) {
    for (place, cell) in reading.cells.enumerated() {
      let weight = reading.weight[place], row = reading.rows[place]
      result.weight[cell] += weight
      result.median[cell] += weight * reading.estimate.median[row]
      result.logDeviation[cell] += weight * log(reading.estimate.deviation[row])
    }
  }

  /// The windows that draw, in chains that begin where nothing is handed on.
  private func chains(_ jobs: [Job], _ readings: [Reading]) -> [[Link]] {
    var chains: [[Link]] = []
    for (job, reading) in zip(jobs, readings) where job.draws {
      var link = Link(job: job, reading: reading)
      let end = (job.steps.lowerBound + job.given) * channels
      for (row, cell) in zip(reading.rows, reading.cells) {
        if cell < end { link.handed.append((row, cell)) } else { link.fresh.append((row, cell)) }
      }
      if link.handed.isEmpty || chains.isEmpty { chains.append([]) }
      chains[chains.count - 1].append(link)
    }
    return chains
  }

  /// The row of an entity's cell in a window.
  private func row(_ cell: Int, in job: Job) -> Int {
    WindowInput.row(
      step: cell / channels - job.steps.lowerBound, channel: cell % channels, channels: channels, patch: patch)
  }

  /// The residuals that were drawn before a chain, `[draws, cells]`; nil where there are none.
  private func given(_ link: Link, _ draws: Range<Int>, _ results: [EntityResult]) -> Tensor? {
    let result = results[Int(link.job.window.entity)]
    return given(link, draws: draws.count) { result.draws[draws.lowerBound + $0][Int(result.place[$1])] }
  }

  /// Residuals that are handed on to a window, `[draws, cells]`, NaN elsewhere; nil where there are none.
  private func given(_ link: Link, draws: Int, residual: (_ draw: Int, _ cell: Int) -> Float) -> Tensor? {
    guard !link.handed.isEmpty else { return nil }
    let size = length * channels
    var given = Tensor([Float](repeating: .nan, count: draws * size), shape: [draws, size])
    // In the deviations of the window before; to convert them to those of this one makes no seam smaller.
    for (row, cell) in link.handed {
      for draw in 0..<draws { given[draw, row] = residual(draw, cell) }
    }
    return given
  }

  /// What each window of a chain adds, by window, draw and fresh cell.
  private func draw(_ chain: [Link], draws: Range<Int>, given: Tensor?, on tape: Tape) throws -> [[[Float]]] {
    var made: [[[Float]]] = [], given = given, drawn: Tensor?
    for (place, link) in chain.enumerated() {
      let start = link.job.steps.lowerBound
      if place > 0, let drawn {
        given = self.given(link, draws: draws.count) { drawn[$0, row($1, in: chain[place - 1].job)] }
      }
      let own = random.child(UInt64(link.job.window.entity))
      let streams = (draws.lowerBound / 2..<(draws.upperBound + 1) / 2).map { own.child(UInt64($0)) }
      let residuals = try sampler.residuals(
        link.reading.estimate.condition, gaps: link.reading.gaps, draws: draws.count, given: given,
        noise: { pair, row in
          // A cell's number depends on the cell alone, however windows lie.
          let (step, channel) = WindowInput.place(row: row, channels: channels, patch: patch)
          return streams[pair].normal(of: (start + step) * channels + channel)
        }, on: tape)
      made.append((0..<draws.count).map { draw in link.fresh.map { residuals[draw, $0.row] } })
      drawn = residuals
    }
    return made
  }
}
