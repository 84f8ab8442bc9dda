import Foundation

/// By how much predicates single out real rows more often than held-out ones, with as many rows on both sides.
///
/// A correction for the size of the hold-out extrapolates, and cannot tell apart weights far below 1 over its rows. Here the
/// larger table is brought to the size of the smaller one: a predicate that matches k of its n rows matches exactly one of
/// h random ones with the chance k h / n · Π (n − h − j) / (n − 1 − j), j < k − 1. Of rows that were memorised a share
/// h / n is among them, so the difference is multiplied by n / h. Predicates that single out the same row are one
/// observation.
struct SameSizeExcess {
  /// The lower end of the 95 % interval of the excess among all real rows.
  let low: Double

  /// Compares which rows each predicate matches in both tables.
  init(real: [[Int32]], rows: Int, holdout: [[Int32]], heldOut: Int) {
    let size = min(rows, heldOut)
    let own = Self.rate(real, rows: rows, of: size), other = Self.rate(holdout, rows: heldOut, of: size)
    let difference = own.mean - other.mean
    let error = (own.variance + other.variance).squareRoot()
    low = (difference - SuccessRate.z95 * error) * Double(rows) / Double(size)
  }

  private static func rate(_ matches: [[Int32]], rows n: Int, of h: Int) -> (mean: Double, variance: Double) {
    var sum = 0.0, squares = 0.0
    var single: [Int32: Double] = [:]
    for rows in matches {
      let chance = exactlyOne(of: rows.count, rows: n, among: h)
      sum += chance
      if rows.count == 1 { single[rows[0], default: 0] += chance } else { squares += chance * chance }
    }
    for total in single.values.sorted() { squares += total * total }
    let count = Double(max(1, matches.count))
    return (sum / count, squares / (count * count))
  }

  /// The chance that exactly one of k rows of n is among h that are drawn.
  static func exactlyOne(of k: Int, rows n: Int, among h: Int) -> Double {
    guard k > 0 else { return 0 }
    guard h < n else { return k == 1 ? 1 : 0 }
    var chance = Double(k) * Double(h) / Double(n)
    for j in 0..<k - 1 { chance *= max(0, Double(n - h - j)) / Double(n - 1 - j) }
    return chance
  }
}
