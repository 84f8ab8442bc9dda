import DownstreamModels
import Neighbours
import Tensors

/// Whether rows lie nearer to single rows of a table, compared with its others, than rows of that table do.
///
/// Of each row the distance to the nearest over that to the second nearest row of the table, in the space of ``ScaledRows``;
/// of the table's rows the same among the others. In d dimensions the ratio of an independent row is below t with
/// probability t^d wherever it lies, so that dense and sparse places, and generators that prefer the former, are judged
/// alike; a row that was made from one row of the table has a lower one. No hold-out is needed. Rows that equal one of the table
/// are left out: they are counted as copies.
struct NearCopyMeasurement {
  let columns: [Comparison.Column]
  let random: RandomStream
  let threads: Int
  /// The most rows on each side, the most of the table, and the most pairs of both. A copy shows only where its original is
  /// among the table's, so that of a large table more rows are taken, and fewer are compared with them.
  var cap = 4_000, tableCap = 80_000, pairs = 80_000_000

  private static let fewest = 10

  /// Measures; nil where too few different rows are left.
  func measure(_ rows: Features, of table: Features) -> OverlapDetails.NearCopies? {
    // Without numbers nothing is nearly equal: distances are counts, and ratios of small counts say nothing.
    guard columns.contains(where: \.isNumeric) else { return nil }
    let words = RowWords([table, rows], columns).distinct
    let known = words.first.prefix { Int($0) < table.rowCount }.map(Int.init)
    let fresh = words.first.dropFirst(known.count).map { Int($0) - table.rowCount }
    guard known.count >= Self.fewest, fresh.count >= Self.fewest else { return nil }
    let reference = table.rows(known).sample(tableCap, random.child(0))
    let cap = min(cap, max(Self.fewest, pairs / reference.rowCount))
    let asked = rows.rows(fresh).sample(cap, random.child(1))
    let scale = ScaledRows.Scale(reference)
    let space = scale.apply(reference).space
    let found = space.nearest(to: scale.apply(asked).space, count: 2, threads: threads)
    let own = Folds.sample(cap, of: reference.rowCount, stream: random.child(2))
    let among = space.nearest(to: space.rows(own), count: 3, threads: threads)

    let ratios = (0..<asked.rowCount).map { Self.ratio(found.distances[2 * $0], found.distances[2 * $0 + 1]) }
    let others = own.indices.map { place -> Double in
      let near = (0..<3).filter { among.indices[3 * place + $0] != Int32(own[place]) }
      return Self.ratio(among.distances[3 * place + near[0]], among.distances[3 * place + near[1]])
    }
    let scores = (ratios + others).map { -$0 }
    let positive = ratios.map { _ in true } + others.map { _ in false }
    let auc = Metrics.rocAUC(scores, positive: positive) ?? 0.5
    // Rows next to the same row of the table are one observation.
    let trials = Self.trials((0..<asked.rowCount).map { found.indices[2 * $0] })
    let width =
      SuccessRate.z95 * MembershipCurve.variance(auc, members: trials, outsiders: Double(others.count)).squareRoot()
    func close(_ ratios: [Double]) -> Double { Double(ratios.count { $0 < 1.0 / 3 }) / Double(ratios.count) }
    return .init(
      auc: auc, interval: .init(low: max(0, auc - width), high: min(1, auc + width)), close: close(ratios),
      closeByChance: close(others), rows: ratios.count)
  }

  private static func ratio(_ first: Double, _ second: Double) -> Double { second > 0 ? first / second : 1 }

  private static func trials(_ nearest: [Int32]) -> Double {
    var counts: [Int32: Double] = [:]
    for row in nearest { counts[row, default: 0] += 1 }
    let squares = counts.values.reduce(0.0) { $0 + $1 * $1 }
    return Double(nearest.count) * Double(nearest.count) / max(1, squares)
  }
}
