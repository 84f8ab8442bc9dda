import DiffusionCore
import DownstreamModels
import Foundation
import Tensors

/// How long it takes to grow forests and to make rows, measured on a few of both: trees take another time on each machine
/// and under each load.
struct ForestPace: Sendable, Equatable {
  var growth: GrowthPace
  var making = MakingPace()
}

/// How long a thread takes for a round of boosting. Every node of a tree looks at all bins, however few rows it has, so that
/// bins count as well as rows.
struct GrowthPace: Sendable, Equatable {
  private let fixed: Double, perBin: Double, perRow: Double
  /// Of the trees that were measured; fewer rows than these have fewer nodes.
  let depth: Int
  private let measuredRows: Int
  /// What the first round takes longer, which makes the bins: whatever the rows, and for each row.
  private let start: Double, startPerRow: Double

  /// What was measured.
  struct Lap: Sendable, Equatable {
    var rows: Int, bins: Int
    /// Of a round, and what the first took longer.
    var seconds: Double, start = 0.0
  }

  /// From the time of one round.
  ///
  /// - Parameters:
  ///   - moreBins: with more bins than the first; nil: all of the first is taken for the work of bins.
  ///   - moreRows: with more rows; nil: all of the first is taken for the work of rows too.
  init(_ few: Lap, moreBins: Lap?, moreRows: Lap?, depth: Int) {
    self.depth = depth
    measuredRows = few.rows
    let (bins, rows) = (Double(few.bins), Double(few.rows))
    perBin =
      moreBins.map { max($0.seconds - few.seconds, 0) / max(Double($0.bins) - bins, 1) } ?? few.seconds / bins
    perRow =
      moreRows.map { max($0.seconds - few.seconds, 0) / max(Double($0.rows) - rows, 1) } ?? few.seconds / rows
    fixed = max(few.seconds - perBin * bins - perRow * rows, 0)
    startPerRow =
      moreRows.map { max($0.start - few.start, 0) / max(Double($0.rows) - rows, 1) } ?? few.start / rows
    start = max(few.start - startPerRow * rows, 0)
  }

  /// - Parameter shallower: by how much trees are less deep than those that were measured; below 0 where they are deeper.
  func round(rows: Int, bins: Int, shallower: Int = 0) -> Double {
    // Half as many nodes look at bins; the rows are looked at once for each level.
    let nodes = pow(0.5, Double(shallower)) * min(1, (Double(rows) / Double(measuredRows)).squareRoot())
    let levels = Double(max(depth - shallower, 1)) / Double(max(depth, 1))
    return fixed + perBin * Double(bins) * nodes + perRow * Double(rows) * levels
  }

  func start(rows: Int) -> Double { start + startPerRow * Double(rows) }
}

/// How long all threads together take to make a row.
struct MakingPace: Sendable, Equatable {
  /// Whatever the number of trees, and for each round of trees that is asked.
  var perRow = 0.0, perRound = 0.0
}

/// The time of a run, and what fits into it.
struct ForestTime: Sendable {
  /// Seconds that may have been spent in all once the rows are made.
  var deadline: Double
  var work: ForestWork
  var pace: ForestPace

  /// The rounds, over all times, for which time is left, with the rows that are then made.
  ///
  /// - Parameters:
  ///   - seconds: that were spent.
  ///   - perRound: seconds that one round takes to grow; nil: as the pace says.
  func rounds(_ plan: ForestPlan, after seconds: Double, perRound: Double? = nil) -> Int {
    let left = deadline - seconds - Double(work.rowsToMake) * pace.making.perRow
    let growing = perRound ?? plan.secondsOfRound(work, pace) / Double(max(work.threads, 1))
    let cost = growing + plan.secondsToAsk(work, pace)
    return max(Int(min(max(left, 0) * 0.9 / max(cost, 1e-9), 1e9)), plan.path.times)
  }
}

extension ForestTraining {
  /// Measures what growing takes.
  ///
  /// - Parameters:
  ///   - plan: with as many bins and copies as may be.
  ///   - seconds: about how many the measurement may take.
  /// - Returns: the pace, and trees to measure the making of rows with.
  func pace(_ plan: ForestPlan, seconds: Double) throws -> (pace: GrowthPace, forest: FittedVectorTrees) {
    var plan = plan
    // A tree for every number that looks at every number: of wide rows one round is long enough.
    if width > 100 { plan.boosting.depth = min(plan.boosting.depth, 3) }
    // Below so many, trees have fewer leaves than those that will be grown.
    let few = 500, fewBins = min(16, plan.boosting.bins)
    let all = split.training.count * plan.duplicates
    var (lap, forest) = try measure(plan, rows: min(few, all), bins: fewBins)
    // Bins take three quarters of the time of so few rows, or more.
    let factor = 0.4 * seconds / (Double(Self.probeRounds) * max(lap.seconds, 1e-6))
    let bins = Int(min(Double(plan.boosting.bins), Double(fewBins) * factor))
    let rows = Int(min(Double(min(all, 10_000)), Double(few) * (4 * max(factor, 1.5) - 3)))
    let moreBins = bins >= 2 * fewBins ? try measure(plan, rows: lap.rows, bins: bins).lap : nil
    var moreRows: GrowthPace.Lap?
    if rows >= 2 * lap.rows {
      (moreRows, forest) = try measure(plan, rows: rows, bins: fewBins)
    }
    return (GrowthPace(lap, moreBins: moreBins, moreRows: moreRows, depth: plan.boosting.depth), forest)
  }

  private static let probeRounds = 2

  /// Grows a few rounds on every thread at once, as forests are grown.
  private func measure(
    _ plan: ForestPlan, rows: Int, bins: Int
  ) throws -> (lap: GrowthPace.Lap, forest: FittedVectorTrees) {
    let copies = min(plan.duplicates, rows)
    let examples = plan.path.examples(
      data, rows: Array(split.training.prefix(max(rows / copies, 1))), width: width, level: plan.path.times / 2,
      duplicates: copies, random: random)
    var boosting = plan.boosting
    (boosting.rounds, boosting.bins) = (Self.probeRounds, bins)
    let results = sideBySide(run.threads, threads: run.threads) { [boosting, width] _ in
      Swift.Result { () throws -> (laps: [Double], forest: FittedVectorTrees) in
        var laps: [Double] = []
        var lap = Stopwatch()
        let forest = try boosting.fit(examples, columns: width, outputs: width) { _ in
          laps.append(lap.seconds)
          lap = Stopwatch()
          return true
        }
        return (laps, forest)
      }
    }
    let grown = try results.map { try $0.get() }
    func mean(_ value: ([Double]) -> Double) -> Double {
      grown.reduce(0) { $0 + value($1.laps) } / Double(grown.count)
    }
    let round = mean { $0.last ?? 0 }
    let lap = GrowthPace.Lap(
      rows: examples.cells.count / width, bins: bins, seconds: round, start: max(mean { $0[0] } - round, 0))
    return (lap, grown[0].forest)
  }
}

extension FittedForestFlow {
  /// Measures what making rows takes, with a forest that stands for those of all times.
  static func pace(
    _ contents: ForestContents, forest: FittedVectorTrees, rows: Int, threads: Int
  ) throws -> MakingPace {
    guard rows > 0 else { return MakingPace() }
    let model = FittedForestFlow(
      contents: contents,
      forests: (0..<contents.path.times).map { _ in Array(repeating: forest, count: contents.coding.parts) })
    // The middle one of three: so short a time is at the mercy of what else runs.
    func seconds(_ body: () throws -> Void) rethrows -> Double {
      try (0..<3).map { _ in
        let clock = Stopwatch()
        try body()
        return clock.seconds
      }.sorted()[1]
    }
    let few = 512 * max(threads, 1), width = contents.coding.width
    let rounds = Double(max(forest.parts.roots.count / width, 1))
    let gang = ThreadGang(threads: threads)
    let cells = [Float](repeating: 0.5, count: few * width)
    // The first call makes what others use.
    try model.sample(SampleRequest(rows: 1, threads: threads)) { _ in }
    let whole = try seconds { try model.sample(SampleRequest(rows: few, threads: threads)) { _ in } } / Double(few)
    let asked = seconds { _ = forest.predict(cells, gang: gang) } / Double(few)
    let times = Double(contents.path.times * (contents.sampler == "heun" ? 2 : 1))
    return MakingPace(perRow: max(whole - asked * times, 0.2 * whole), perRound: asked / rounds)
  }
}
