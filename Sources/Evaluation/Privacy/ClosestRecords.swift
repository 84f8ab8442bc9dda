import DownstreamModels
import Neighbours
import Tensors

/// How near synthetic rows come to real ones, beside how near held-out rows come.
///
/// - *Distance share*: over synthetic rows s, the mean of [d(s, real) < d(s, held out)] + ½ [d(s, real) = d(s, held out)],
///   with d the Euclidean distance to the closest of as many real as held-out rows in the space of ``ScaledRows``;
///   0.5 where the generator knows its rows no better than others. Wilson's interval for n² / Σ nᵣ² trials of n rows, nᵣ the synthetic
///   rows next to real row r: whether r was learned or held out decides all of them at once, and where columns are many a few
///   rows are next to most. The 50/50 test of M. Platzer
///   and T. Reutterer, "Holdout-based empirical assessment of mixed-type synthetic data", Frontiers in Big Data 4, 2021. It sees near-copies
///   only: Z. Yao et al., "The DCR delusion", ESORICS 2025.
/// - *Neighbour ratio*: d₁ / d₂ of the distances to the closest and second closest of all real rows; 1 where both are 0. A
///   row much nearer to one real row than to any other (below ⅓) is likely to be made of it. The floor is that of
///   held-out rows.
struct ClosestRecords {
  let comparison: Comparison
  let random: RandomStream
  let threads: Int
  /// The most rows of each table for the share and the curves, and for the ratio, whose neighbours are sought among most
  /// real rows: a copy is seen only where its original is there.
  var cap = 10_000, ratioCap = 5_000, ratioRealCap = 50_000

  struct Result: Sendable {
    var share: Figure, ratio: Figure, ratioBelowThird: Figure
    var syntheticToReal: [Double], syntheticToHoldout: [Double]?, holdoutToReal: [Double]?
    var ratioSynthetic: [Double], ratioHoldout: [Double]?
  }

  func run() -> Result {
    let without = Figure(notApplicable: "it takes real and synthetic rows")
    guard comparison.real.rowCount > 0, comparison.synthetic.rowCount > 0, !comparison.columns.isEmpty else {
      return Result(
        share: without, ratio: without, ratioBelowThird: without, syntheticToReal: [], syntheticToHoldout: nil,
        holdoutToReal: nil, ratioSynthetic: [], ratioHoldout: nil)
    }
    let holdout = comparison.holdout.flatMap { $0.rowCount > 0 ? $0 : nil }
    let count = min(
      comparison.real.rowCount, comparison.synthetic.rowCount, holdout?.rowCount ?? .max, cap)
    let sample = comparison.real.sample(count, random.child(0))
    let synthetic = comparison.synthetic.sample(count, random.child(1))
    let held = holdout?.sample(count, random.child(2))

    let scale = ScaledRows.Scale(sample)
    let real = scale.apply(sample).space, rows = scale.apply(synthetic).space
    let learned = real.nearest(to: rows, count: 1, threads: threads)
    let toReal = learned.distances
    var share = Figure(notApplicable: "there are no held-out rows to compare with")
    var toHoldout: [Double]?, between: [Double]?
    if let held {
      let others = scale.apply(held).space
      let unseen = others.nearest(to: rows, count: 1, threads: threads)
      let distances = unseen.distances
      between = real.nearest(to: others, count: 1, threads: threads).distances
      toHoldout = distances
      let nearer = zip(toReal, distances).reduce(0) { $0 + ($1.0 < $1.1 ? 1 : $1.0 == $1.1 ? 0.5 : 0) }
      let trials = Self.trials(learned, unseen)
      let rate = SuccessRate(attempts: trials, successes: nearer / Double(count) * Double(trials))
      share = Figure(nearer / Double(count), floor: 0.5, interval: rate.figure(floor: nil).interval)
    }
    var result = Result(
      share: share, ratio: without, ratioBelowThird: without, syntheticToReal: SortedNumbers(toReal).percentiles,
      syntheticToHoldout: toHoldout.map { SortedNumbers($0).percentiles },
      holdoutToReal: between.map { SortedNumbers($0).percentiles }, ratioSynthetic: [], ratioHoldout: nil)
    measureRatio(synthetic, held, &result)
    return result
  }

  /// The number of independent trials that have the variance of the share, where each real row is as likely to be learned as
  /// held out. Rows as near to both sides do not vary.
  static func trials(_ learned: NearestNeighbours, _ unseen: NearestNeighbours) -> Int {
    var beside: [Int32: Double] = [:]
    for row in learned.distances.indices where learned.distances[row] != unseen.distances[row] {
      // Held-out rows get keys below zero.
      let isLearned = learned.distances[row] < unseen.distances[row]
      beside[isLearned ? learned.indices[row] : -1 - unseen.indices[row], default: 0] += 1
    }
    let count = Double(learned.distances.count)
    let squares = beside.values.reduce(0) { $0 + $1 * $1 }
    return max(1, Int((squares > 0 ? count * count / squares : count).rounded()))
  }

  private func measureRatio(_ synthetic: Features, _ held: Features?, _ result: inout Result) {
    guard comparison.real.rowCount >= 2 else {
      result.ratio = Figure(notApplicable: "it takes two real rows")
      result.ratioBelowThird = result.ratio
      return
    }
    let table = comparison.real.sample(ratioRealCap, random.child(3))
    let scale = ScaledRows.Scale(table)
    let real = scale.apply(table).space
    func ratios(_ rows: Features) -> [Double] {
      let found = real.nearest(to: scale.apply(rows).space, count: 2, threads: threads).distances
      return stride(from: 0, to: found.count, by: 2).map { (first: Int) -> Double in
        let next = found[first + 1]
        return next > 0 ? found[first] / next : 1
      }
    }
    func belowThird(_ ratios: [Double]) -> Double {
      Double(ratios.count { $0 < 1.0 / 3 }) / Double(ratios.count)
    }
    let own = ratios(synthetic.sample(ratioCap, random.child(4)))
    let floor = held.map { ratios($0.sample(ratioCap, random.child(5))) }
    let sorted = SortedNumbers(own), sortedFloor = floor.map(SortedNumbers.init)
    result.ratio = Figure(sorted.quantile(0.5), floor: sortedFloor?.quantile(0.5))
    result.ratioBelowThird = Figure(belowThird(own), floor: floor.map(belowThird))
    result.ratioSynthetic = sorted.percentiles
    result.ratioHoldout = sortedFloor?.percentiles
  }
}
