import DiffusionCore
import Neighbours

/// ADASYN: as SMOTE, with more rows from those of the class that have more of other classes among their k nearest.
///
/// The rows of a class are shared out in proportion; imbalanced-learn rounds each share, halves to even, so that it makes some
/// rows more or fewer than asked; here the largest remainders get the rest, save with `compatible`.
///
/// Source: H. He, Y. Bai, E. Garcia & S. Li, "ADASYN: adaptive synthetic sampling approach for imbalanced learning",
/// IJCNN 2008.
struct ADASYNSampler: ClassSampler {
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws {
    try features.requireNumbers(names, method: "adasyn")
    if settings.isCompatible { try features.requireComplete(names, method: "adasyn") }
  }

  func draw(_ task: ClassTask, _ source: inout DrawSource) throws -> RowDraws {
    let count = task.settings.neighbours
    try task.requireRows(for: count, method: "adasyn")
    let points = task.allPoints()
    let nearest = task.neighbours(of: task.rows, in: points, count: count)
    var shares = task.rows.indices.map { place in
      let others = nearest[place * count..<(place + 1) * count].count { task.classOfRow[Int($0)] != task.place }
      return Double(others) / Double(count)
    }
    let total = Moments.sum(shares)
    guard total > 0 else {
      throw BalanceError.noBase(
        label: task.label, method: "adasyn", problem: "none of its rows has another class among its neighbours",
        cure: "--method smote")
    }
    for place in shares.indices { shares[place] /= total }
    let each =
      task.settings.isCompatible
      ? shares.map { Int(($0 * Double(task.count)).rounded(.toNearestOrEven)) } : Self.apportioned(task.count, shares)
    let made = each.reduce(0, +)
    guard made > 0 else {
      throw BalanceError.noBase(
        label: task.label, method: "adasyn", problem: "every row's share of \(task.count) new rows is rounded to none",
        cure: "a greater --ratio, or it without --compatible")
    }
    let neighbours = task.neighbours(in: points.rows(task.rows), count: count)
    var draws = RowDraws()
    let places = each.indices.flatMap { place in Array(repeating: place, count: each[place]) }
    draws.bases = places.map { Int32(task.rows[$0]) }
    let columns = source.state.integers(below: count, count: made)
    draws.others = zip(places, columns).map { Int32(task.rows[Int(neighbours[$0 * count + $1])]) }
    draws.steps = source.state.uniforms(made)
    return draws
  }

  /// Whole numbers in proportion to shares whose sum is given: by largest remainder, the first of equal ones.
  static func apportioned(_ sum: Int, _ shares: [Double]) -> [Int] {
    let exact = shares.map { $0 * Double(sum) }
    var whole = exact.map { Int($0) }
    let left = max(0, sum - whole.reduce(0, +))
    let order = exact.indices.sorted {
      let a = exact[$0] - exact[$0].rounded(.down), b = exact[$1] - exact[$1].rounded(.down)
      return a == b ? $0 < $1 : a > b
    }
    for place in 0..<left { whole[order[place % order.count]] += 1 }
    return whole
  }
}
