import DownstreamModels
import Neighbours
import Tensors

/// α-precision and β-recall: whether synthetic rows lie where real rows do, and whether they lie everywhere there.
///
/// In the space of ``ScaledRows`` (scaled by the real rows), with as many rows x as s, α = 0, 1/29, …, 1, c and c′ the
/// means of the real and the synthetic rows:
///
///     P(α) = share of s with ‖s − c‖ ≤ the α-quantile of ‖x − c‖
///     C(α) = share of x whose nearest s is no farther than the nearest other x and has ‖s − c′‖ ≤ the α-quantile of
///            these distances
///     α-precision = 1 − Σ |α − P(α)| / Σ α        β-recall = 1 − Σ |α − C(α)| / Σ α
///
/// Source: A. Alaa et al., "How faithful is your synthetic data?", ICML 2022, in the variant without a learned embedding
/// that TabSyn (H. Zhang et al., ICLR 2024) and TabDiff (J. Shi et al., ICLR 2025) report.
public struct AlphaPrecision: Sendable {
  /// The tables.
  public let comparison: Comparison
  /// What rows are drawn by.
  public let seed: UInt64
  /// How many threads may work.
  public let threads: Int
  /// The most rows a side.
  public let cap: Int

  /// Makes a measurement.
  public init(_ comparison: Comparison, seed: UInt64, threads: Int, cap: Int = 10_000) {
    self.comparison = comparison
    self.seed = seed
    self.threads = threads
    self.cap = cap
  }

  /// Measures α-precision and β-recall, with the held-out rows in the place of the synthetic ones for the floor.
  public func run() -> (precision: Figure, recall: Figure) {
    guard !comparison.columns.isEmpty else {
      return (Figure(notApplicable: "there are no columns"), Figure(notApplicable: "there are no columns"))
    }
    guard min(comparison.real.rowCount, comparison.synthetic.rowCount) >= 2 else {
      let figure = Figure(notApplicable: "it takes two real and two synthetic rows")
      return (figure, figure)
    }
    var sides: [Side] = []
    // A gap lies at the least number, which may be nearer to the mean than the numbers were.
    let isEmptied = comparison.columns.indices.contains(where: comparison.isEmptied)
    let scores = isEmptied ? (precision: 0, recall: 0) : score(comparison.synthetic, 1, &sides)
    let floor = comparison.holdout.flatMap {
      min($0.rowCount, comparison.real.rowCount) >= 2 ? score($0, 2, &sides) : nil
    }
    return (
      Figure(scores.precision, floor: floor?.precision), Figure(scores.recall, floor: floor?.recall)
    )
  }

  /// The real rows of a comparison, and what is known of them.
  private struct Side {
    var scale: ScaledRows.Scale, rows: ScaledRows, toNearestOther: [Double]
  }

  private func score(_ table: Features, _ label: UInt64, _ sides: inout [Side]) -> (precision: Double, recall: Double) {
    let random = RandomStream(seed: seed).child(0xA1FA)
    let count = min(comparison.real.rowCount, table.rowCount, cap)
    // Both tables are often judged against the same sample.
    let side = sides.first { $0.rows.rowCount == count } ?? makeSide(count, random.child(0))
    if sides.isEmpty { sides.append(side) }
    let real = side.rows
    let other = side.scale.apply(table.sample(count, random.child(label)))

    let alphas = (0..<30).map { Double($0) / 29 }
    let centre = real.centre
    let radii = SortedNumbers(real.distances(to: centre)), reached = SortedNumbers(other.distances(to: centre))
    let precisions = alphas.map { reached.share(atMost: radii.quantile($0)) }

    let nearest = other.space.nearest(to: real.space, count: 1, threads: threads)
    let outward = other.distances(to: other.centre)
    let closest = nearest.indices.map { outward[Int($0)] }
    let quantiles = SortedNumbers(closest)
    let covered = SortedNumbers(
      closest.indices.filter { nearest.distances[$0] <= side.toNearestOther[$0] }.map { closest[$0] })
    let share =
      Double(closest.indices.reduce(0) { $0 + (nearest.distances[$1] <= side.toNearestOther[$1] ? 1 : 0) })
      / Double(count)
    let recalls = alphas.map { covered.share(atMost: quantiles.quantile($0)) * share }

    func closeness(_ curve: [Double]) -> Double {
      1 - zip(alphas, curve).reduce(0) { $0 + abs($1.0 - $1.1) } / alphas.reduce(0, +)
    }
    return (closeness(precisions), closeness(recalls))
  }

  private func makeSide(_ count: Int, _ random: RandomStream) -> Side {
    let sample = comparison.real.sample(count, random)
    let scale = ScaledRows.Scale(sample)
    let rows = scale.apply(sample)
    return Side(
      scale: scale, rows: rows, toNearestOther: rows.space.nearestOthers(count: 1, threads: threads).distances)
  }
}
