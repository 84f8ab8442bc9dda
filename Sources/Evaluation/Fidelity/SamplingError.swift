import DownstreamModels
import Foundation
import Tensors

/// How far two samples of the real rows, as large as the tables at hand, are apart by chance: what a perfect generator
/// scores, known without a hold-out.
///
/// The real rows are divided at random into halves of a and b rows, several times; an error of distributions shrinks with
/// the square root of the rows, so that the mean error of halves is multiplied by √((1/n + 1/m) / (1/a + 1/b)) for n real
/// and m synthetic rows.
struct SamplingError {
  /// The mean error of columns, of pairs, of pairs with shared bins, of strong pairs, and the share of cells out of range.
  var shape: Double?, trend: Double?, sharedTrend: Double?, strongTrend: Double?, outOfRange: Double?
  /// By column.
  var columns: [Double?]
  /// By pair, as ``PairTrends/pairs`` orders them, with shared bins, lest one outlier shifts all: the greatest of the splits.
  var pairs: [Double?]

  /// The most rows of each half, and the most columns whose pairs are measured several times.
  static let mostRows = 5_000, mostColumns = 60

  /// Nil where a half has less than two rows.
  static func measure(_ comparison: Comparison, random: RandomStream) -> SamplingError? {
    let (n, m) = (comparison.real.rowCount, comparison.synthetic.rowCount)
    let half = min(n / 2, mostRows)
    guard half > 1, m > 0 else { return nil }
    let scale = ((1 / Double(n) + 1 / Double(m)) / (2 / Double(half))).squareRoot()
    var shapes: [[Double?]] = [], trends: [PairTrends] = [], shared: [PairTrends] = [], ranges: [[Double?]] = []
    for split in 0..<(comparison.columns.count > mostColumns ? 1 : 3) {
      var stream = random.child(UInt64(split))
      let order = stream.permutation(n)
      let halves = Comparison(
        columns: comparison.columns, real: comparison.real.rows(Array(order.prefix(half))),
        synthetic: comparison.real.rows(Array(order.suffix(half))), holdout: nil)
      let measured = ColumnMeasurement(comparison: halves)
      shapes.append(comparison.columns.indices.map(measured.shapeError))
      ranges.append(comparison.columns.indices.map(measured.rangeViolations))
      trends.append(PairTrends(halves))
      shared.append(PairTrends(halves, edges: .shared))
    }
    func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
    func across(_ lists: [[Double?]], _ join: ([Double]) -> Double?) -> [Double?] {
      lists[0].indices.map { place in join(lists.compactMap { $0[place] }).map { $0 * scale } }
    }
    let columns = across(shapes, mean)
    let pairs = across(shared.map { $0.pairs.map(\.error) }) { $0.max() }
    return SamplingError(
      shape: mean(columns.compactMap(\.self)), trend: mean(trends.compactMap(\.meanError)).map { $0 * scale },
      sharedTrend: mean(shared.compactMap(\.meanError)).map { $0 * scale },
      strongTrend: mean(trends.compactMap { $0.meanError() }).map { $0 * scale },
      // A range of half of the rows is left twice as often as that of all.
      outOfRange: mean(across(ranges, mean).compactMap(\.self)).map { $0 / scale * Double(half) / Double(n) },
      columns: columns, pairs: pairs)
  }
}
