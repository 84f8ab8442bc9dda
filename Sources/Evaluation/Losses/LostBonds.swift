import DownstreamModels
import Foundation
import Tensors

/// Pairs of columns that are related in the real table and hardly in the synthetic one, however weak the relation is beside
/// what an error of a pair's distribution shows.
///
/// Lost is a relation that is at most half as strong, beyond three standard errors (of categories: by 3.5 or more, so that
/// of all pairs of a table one is thought lost by chance once in 200 tables): of numbers
/// Pearson's correlation, of others Cramér's V, corrected for what chance adds (W. Bergsma, "A bias-correction for Cramér's V", 2013). Looked at are
/// relations of at least .1 that are ten standard errors from none, and correlations of at least .15, of numbers and of their
/// ranks, that are six.
struct LostBonds {
  private static let leastAssociation = 0.1, leastCorrelation = 0.15
  /// Levels of fewer real rows are taken for one.
  private static let fewestOfLevel = 20
  /// With more columns than this only the first are looked at.
  private static let mostColumns = 100

  /// The standard errors by which relations must differ so that one of so many pairs does by chance once in 200 tables.
  private static func leastErrors(pairs: Int) -> Double {
    max(3.5, NormalDistribution.quantile(1 - 0.005 / Double(max(pairs, 1))))
  }

  /// The strongest relation that is lost.
  static func find(_ comparison: Comparison) -> VerdictRules.LostBond? {
    let usable = comparison.columns.indices.filter { !comparison.isEmptied($0) }.prefix(mostColumns)
    let real = usable.map { PairTrends.Cells(comparison.real.columns[$0], isNumeric: comparison.columns[$0].isNumeric) }
    var made = zip(usable, real).map { index, cells in
      PairTrends.Cells(
        comparison.synthetic.columns[index], isNumeric: comparison.columns[index].isNumeric, bins: cells.sharedBins)
    }
    var own = real.map(\.rebinned)
    for place in own.indices { pool(&own[place], &made[place]) }
    let errors = leastErrors(pairs: own.count * (own.count - 1) / 2)
    var worst: VerdictRules.LostBond?
    for first in own.indices {
      for second in own.indices where second > first {
        guard let (strength, left) = lost(own[first], own[second], made[first], made[second], errors),
          strength - left > (worst.map { $0.real - $0.synthetic } ?? 0)
        else { continue }
        worst = .init(
          first: comparison.columns[usable[first]].name, second: comparison.columns[usable[second]].name,
          real: strength,
          synthetic: left)
      }
    }
    return worst
  }

  /// Takes levels of few rows for one: where few rows are expected, χ² says nothing.
  private static func pool(_ real: inout PairTrends.Cells, _ made: inout PairTrends.Cells) {
    var counts = [Int](repeating: 0, count: real.levels)
    for code in real.codes { counts[Int(code)] += 1 }
    let rare = counts.indices.filter { counts[$0] < fewestOfLevel }
    guard let pool = rare.first else { return }
    var target = counts.indices.map { Int32($0) }
    for level in rare { target[level] = Int32(pool) }
    real.codes = real.codes.map { target[Int($0)] }
    made.codes = made.codes.map { target[Int($0)] }
  }

  private static func lost(
    _ a: PairTrends.Cells, _ b: PairTrends.Cells, _ c: PairTrends.Cells, _ d: PairTrends.Cells, _ errors: Double
  ) -> (Double, Double)? {
    if a.isNumeric, b.isNumeric {
      guard let rho = Association.pearson(a.numbers, b.numbers), abs(rho) >= leastCorrelation else { return nil }
      let n = Double(Association.pairs(a.numbers, b.numbers)), m = Double(Association.pairs(c.numbers, d.numbers))
      // A column without spread has no relation left.
      let other = (Association.pearson(c.numbers, d.numbers) ?? 0) * (rho < 0 ? -1 : 1)
      guard abs(rho) * n.squareRoot() > 6, other + 3 / m.squareRoot() < abs(rho) / 2 else { return nil }
      // An outlier can make a correlation by itself: ranks must say the same.
      guard let rank = Association.spearman(a.numbers, b.numbers), abs(rank) >= leastCorrelation,
        (Association.spearman(c.numbers, d.numbers) ?? 0) * (rank < 0 ? -1 : 1) + 3 / m.squareRoot() < abs(rank) / 2
      else { return nil }
      return (abs(rho), max(0, other))
    }
    let f = PairTrends.Contingency(a, b)
    guard let real = f.association, real.strength >= leastAssociation, real.excess > 10 * real.errorOfNone else {
      return nil
    }
    guard let other = PairTrends.Contingency(c, d).association else { return (real.strength, 0) }
    // A strength is a square root: half of it is a quarter of the excess.
    guard other.excess < real.excess / 4,
      real.excess - other.excess > errors * (real.error * real.error + other.error * other.error).squareRoot()
    else { return nil }
    return (real.strength, other.strength)
  }
}
