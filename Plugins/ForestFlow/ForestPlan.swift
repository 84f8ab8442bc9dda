import DiffusionCore
import DownstreamModels
import Foundation

/// What a plan is for.
struct ForestWork: Sendable {
  /// The rows of the table.
  var rows: Int
  /// Rows that will be made, where that is part of the time.
  var rowsToMake = 0
  /// Parts of the rows that have trees of their own.
  var parts = 1
  var threads = 1
  /// How often a row that is made asks the trees of each time.
  var evaluations = 1
}

/// How forests are grown.
struct ForestPlan: Sendable, Codable, Equatable {
  var path: FlowPath
  /// Copies of each row.
  var duplicates: Int
  /// Rows that are learned, a random part of all; nil: all.
  var rows: Int?
  var boosting: VectorBoosting
  /// Whether ``VectorBoosting/rounds`` are the user's, rather than the most that may be.
  var hasFixedTrees: Bool
  /// The trees of a column at each time where there is no time for held-out rows to choose them; nil: they do.
  var timedTrees: Int?
  /// Rounds without a better held-out error after which a trial ends.
  var patience = 8

  /// Trees at each time that no trial has chosen, where time allows: a trial with one copy asks for about as many.
  static let usualTrees = 10
  /// Above so many rows, more of them are less worth than a trial; below, a trial is not worth its time.
  private static let rowsForTrial = 5000
  /// Fewer are not learned for want of time.
  private static let fewestRows = 200

  /// The plan without regard to time.
  init(_ options: OptionValues, rows: Int) {
    let learned = min(options.integer("rows", automatic: rows), rows)
    self.rows = learned < rows ? learned : nil
    path = FlowPath(times: options.integer("times", automatic: 8))
    duplicates = options.integer("duplicates", automatic: min(max(10_000 / max(learned, 1), 5), 20))
    hasFixedTrees = !options.isAutomatic("trees")
    boosting = VectorBoosting(
      rounds: options.integer("trees", automatic: 200),
      depth: options.integer("depth", automatic: ForestFlowOptions.usualDepth),
      learningRate: options.number("learning-rate"), regularization: options.number("regularization"),
      bins: options.integer("bins", automatic: ForestFlowOptions.mostBins))
  }

  /// The times at which held-out rows choose the number of trees.
  var tried: [Int] {
    let count = min(5, path.times)
    return Array(Set((0..<count).map { $0 * (path.times - 1) / max(count - 1, 1) })).sorted()
  }

  /// Trees that a column has at each time, before held-out rows say so: with more copies there is more to learn. Fewer
  /// than 10 with one copy and some 20 with fifty were seen.
  private var expectedRounds: Double {
    timedTrees.map(Double.init) ?? (hasFixedTrees ? Double(boosting.rounds) : 8 + 2 * log2(Double(duplicates)))
  }

  /// About how many seconds one round takes on a thread.
  func secondsOfRound(_ work: ForestWork, _ pace: ForestPace) -> Double {
    pace.growth.round(
      rows: min(rows ?? work.rows, work.rows) * duplicates, bins: boosting.bins,
      shallower: pace.growth.depth - boosting.depth)
  }

  /// About how many seconds the plan takes, with the rows that are made.
  func seconds(_ work: ForestWork, _ pace: ForestPace) -> Double {
    let round = secondsOfRound(work, pace)
    let start = pace.growth.start(rows: min(rows ?? work.rows, work.rows) * duplicates)
    // Each thread grows one forest; those of parts have as many rows together as one of all.
    func grown(_ times: Int, rounds: Double) -> Double {
      let turns = Double((times * work.parts + work.threads - 1) / max(work.threads, 1)) / Double(max(work.parts, 1))
      return turns * (rounds * round + start)
    }
    let trial =
      timedTrees == nil ? grown(tried.count, rounds: expectedRounds + (hasFixedTrees ? 0 : Double(patience))) : 0
    return trial + grown(path.times, rounds: expectedRounds)
      + Double(work.rowsToMake) * pace.making.perRow
      + secondsToAsk(work, pace) * Double(path.times) * expectedRounds
  }

  /// About how many seconds all threads take to ask the trees of one round for the rows that are made.
  func secondsToAsk(_ work: ForestWork, _ pace: ForestPace) -> Double {
    let share = Double(boosting.depth) / Double(max(pace.growth.depth, 1))
    return Double(work.rowsToMake * work.evaluations) * pace.making.perRound * share
  }

  /// Fits the plan into a time. What costs the least quality goes first. What the user fixed stays.
  ///
  /// 64 bins gave a held-out error of .703 on penguins, where 256 gave .698 in four times the time. On 2,000 rows of adult,
  /// trees of depth 4 gave .371, of depth 3 .371 and of depth 6 .400; 32 bins .371, 16 .393. A handful of copies is worth
  /// more than many moments.
  mutating func fit(into seconds: Double, _ work: ForestWork, options: OptionValues, pace: ForestPace) {
    let tooLong = { (plan: ForestPlan) in plan.seconds(work, pace) > seconds }
    func lower(_ name: String, _ values: [Int], _ value: WritableKeyPath<ForestPlan, Int>) {
      guard options.isAutomatic(name) else { return }
      for next in values where next < self[keyPath: value] && tooLong(self) { self[keyPath: value] = next }
    }
    func lowerRows(to least: Int) {
      guard options.isAutomatic("rows"), tooLong(self), work.rows > least else { return }
      // The most that fit.
      var (fits, most) = (least, rows ?? work.rows)
      while most - fits > max(fits / 50, 1) {
        rows = (fits + most) / 2
        if tooLong(self) { most = rows ?? most } else { fits = rows ?? fits }
      }
      rows = fits
    }
    lower("bins", [128, 64], \.boosting.bins)
    lower("duplicates", [15, 12, 10, 8, 6, 5], \.duplicates)
    lower("times", [6, 5], \.path.times)
    lower("depth", [5, 4], \.boosting.depth)
    lower("duplicates", [4, 3, 2, 1], \.duplicates)
    lower("times", [4], \.path.times)
    lower("depth", [3], \.boosting.depth)
    lower("bins", [32], \.boosting.bins)
    lowerRows(to: Self.rowsForTrial)
    guard tooLong(self) else { return }
    timedTrees = hasFixedTrees ? boosting.rounds : Self.usualTrees
    if options.isAutomatic("rows") { rows = nil }
    lowerRows(to: 1000)
    lower("bins", [16], \.boosting.bins)
    func lowerTrees(_ values: [Int]) {
      guard !hasFixedTrees else { return }
      for next in values where tooLong(self) { timedTrees = next }
    }
    lowerTrees([8, 7, 6])
    lowerRows(to: Self.fewestRows)
    lowerTrees([5, 4, 3, 2, 1])
  }
}
