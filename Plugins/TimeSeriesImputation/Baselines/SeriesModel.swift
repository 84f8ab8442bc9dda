import DiffusionCore
import Tensors

/// A way of filling series with one number for every missing cell, from which ``SeriesBaseline`` makes a method: it adds
/// intervals, draws, categories and the file.
protocol SeriesModel: Codable, Sendable {
  /// The method's name, options and reasons.
  static var descriptor: MethodDescriptor { get }

  /// Learns from series; NaN is unknown.
  init(_ data: SeriesTraining, options: OptionValues) throws

  /// Checks a model that was read: a file may be damaged or forged.
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError)

  /// The values of all cells of each entity, `[steps, channels]`: observed ones as they are, the others predicted, finite.
  ///
  /// - Parameter shouldContinue: gets the share of the work that is done; false makes it throw `CancellationError`.
  func fill(
    _ frame: SeriesFrame, threads: Int, shouldContinue: @Sendable (Double) -> Bool
  ) throws -> [[Float]]
}

/// What a ``SeriesModel`` learns from.
struct SeriesTraining: Sendable {
  /// How the table became series.
  let coding: SeriesCoding
  /// The series, without the cells that are kept for calibration.
  let frame: SeriesFrame
  /// The gaps that the table has of its own.
  let pattern: GapPattern
  /// Where random numbers come from.
  let random: RandomStream
  /// Threads that work.
  let threads: Int
  /// Whether to go on; asked now and then.
  var shouldContinue: @Sendable () -> Bool = { true }
  /// Called once for every choice that was made for the user.
  var announce: @Sendable (Choice) -> Void = { _ in }
}

/// A model that fills an entity by what it has learned and by the entity alone.
protocol EntityModel: SeriesModel {
  /// The values of all cells of an entity, `[steps, channels]`, as of ``fill(_:threads:shouldContinue:)``.
  func filled(_ series: EntitySeries, channels: Int) -> [Float]
}

extension EntityModel {
  func fill(
    _ frame: SeriesFrame, threads: Int, shouldContinue: @Sendable (Double) -> Bool
  ) throws -> [[Float]] {
    try frame.map(threads: threads, shouldContinue: shouldContinue) {
      filled(frame.entities[$0], channels: frame.channelCount)
    }
  }
}

extension SeriesFrame {
  /// Calls the body with the place of every entity, on several threads, and returns what it made, in order.
  func map<Result: Sendable>(
    threads: Int, shouldContinue: @Sendable (Double) -> Bool = { _ in true }, _ body: @Sendable (Int) -> Result
  ) throws -> [Result] {
    let gang = ThreadGang(threads: min(threads, max(1, entities.count)))
    // Some hundred entities at a time, so that a wish to stop is heard.
    let piece = max(64, gang.threads)
    var results: [Result] = []
    results.reserveCapacity(entities.count)
    for first in stride(from: 0, to: entities.count, by: piece) {
      guard shouldContinue(Double(first) / Double(entities.count)) else { throw CancellationError() }
      let count = min(piece, entities.count - first)
      results += [Result](unsafeUninitializedCapacity: count) { slots, initialized in
        // Each entity writes its own slot.
        nonisolated(unsafe) let base = slots.baseAddress!
        gang.run(count) { (base + $0).initialize(to: body(first + $0)) }
        initialized = count
      }
    }
    return results
  }
}
