import Foundation
import Tensors

/// An exact relation: in some rows a number equals a simple function of other columns, to the last digit.
///
/// The bill paid in full, a total of two parts, a price with tax: a generator that models every number alone never
/// makes such rows, and a tree that looks for fakes sees it at once.
struct ColumnRelation: Sendable, Codable, Equatable {
  /// What the number is.
  enum Form: String, Sendable, Codable {
    /// The first parent.
    case equal
    /// The sum of both parents.
    case sum
    /// The first parent less the second.
    case difference
    /// The first parent times `factor`.
    case ratio
  }
  var form: Form
  /// Indices of the table's columns, all before the column that the relation is about.
  var parents: [Int]
  var factor = 1.0

  /// The related number; missing where a parent is.
  func value(_ column: (Int) -> Double) -> Double {
    switch form {
    case .equal: column(parents[0])
    case .sum: column(parents[0]) + column(parents[1])
    case .difference: column(parents[0]) - column(parents[1])
    case .ratio: column(parents[0]) * factor
    }
  }

  /// Finds the relations of one column, the most frequent first.
  ///
  /// - Parameters:
  ///   - target: the column's index.
  ///   - columns: all columns; those that are not numbers are empty.
  ///   - candidates: columns that may be parents; only those before the target are taken, so that relations have no
  ///     cycles.
  ///   - eligible: rows of the target that no heavy value explains.
  ///   - decimals: the digits of the target, by which equality is judged.
  ///   - least: how many rows a relation must explain that those before it do not.
  static func find(
    target: Int, columns: [[Double]], candidates: [Int], eligible: [Int], decimals: Int, least: Int,
    random: RandomStream
  ) -> [ColumnRelation] {
    // No search where nothing can be found: with few rows, or when it was switched off.
    guard least <= eligible.count else { return [] }
    let parents = candidates.filter { $0 < target }
    let tolerance = 0.5 * pow(10, -Double(decimals)) * 0.02
    var stream = random
    // A sample proposes; all rows decide.
    let probe =
      eligible.count <= 2000 ? eligible : (0..<2000).map { _ in eligible[stream.integer(below: eligible.count)] }
    let share = Double(least) / Double(max(eligible.count, 1)) * Double(probe.count) * 0.5
    var open: [ColumnRelation] = []
    func propose(_ relation: ColumnRelation) {
      let hits = probe.reduce(0) { $0 + (holds(relation, $1) ? 1 : 0) }
      if Double(hits) > max(share, 2) { open.append(relation) }
    }
    func holds(_ relation: ColumnRelation, _ row: Int) -> Bool {
      let found = relation.value { columns[$0][row] }, wanted = columns[target][row]
      // A product is rounded to the target's digits, which small numbers would meet by chance.
      if relation.form == .ratio { return abs(found - wanted) <= 51 * tolerance && abs(wanted) > 2000 * tolerance }
      return abs(found - wanted) <= tolerance
    }
    // In wide tables fewer rows propose ratios, which are dear to count, and in very wide ones none.
    let ratioRows = parents.count <= 40 ? probe : parents.count <= 100 ? Array(probe.prefix(400)) : []
    for a in parents {
      propose(ColumnRelation(form: .equal, parents: [a]))
      if let factor = commonRatio(target: columns[target], parent: columns[a], rows: ratioRows) {
        propose(ColumnRelation(form: .ratio, parents: [a], factor: factor))
      }
    }
    if parents.count <= 40 {
      for (i, a) in parents.enumerated() {
        for b in parents[(i + 1)...] {
          propose(ColumnRelation(form: .sum, parents: [a, b]))
          propose(ColumnRelation(form: .difference, parents: [a, b]))
          propose(ColumnRelation(form: .difference, parents: [b, a]))
        }
      }
    }
    // Greedy cover: a relation counts by the rows that no earlier one explains.
    var chosen: [ColumnRelation] = []
    var left = eligible
    while !open.isEmpty, chosen.count < 8 {
      let counted = open.map { relation in (relation, left.reduce(0) { $0 + (holds(relation, $1) ? 1 : 0) }) }
      guard let best = counted.max(by: { $0.1 < $1.1 }), best.1 >= least else { break }
      chosen.append(best.0)
      left.removeAll { holds(best.0, $0) }
      open = counted.filter { $0.0 != best.0 && $0.1 >= least }.map(\.0)
    }
    return chosen
  }

  /// A factor other than 1 that recurs among target / parent, if there is one, for at least three values of the parent:
  /// of two, any common value of the target would make a ratio.
  private static func commonRatio(target: [Double], parent: [Double], rows: [Int]) -> Double? {
    struct Found {
      var count = 0
      var ratio = 0.0
      var parents: [Double] = []
    }
    var found: [Int64: Found] = [:]
    for row in rows where parent[row].isFinite && parent[row] != 0 && target[row].isFinite && target[row] != 0 {
      let ratio = target[row] / parent[row]
      guard abs(ratio - 1) > 1e-9, abs(ratio) < 1e6, abs(ratio) > 1e-6 else { continue }
      // Twelve significant bits beyond what rounding of the values blurs would be too strict; 1e-6 relative is not.
      let key = Int64((log(abs(ratio)) * 1e6).rounded()) * (ratio < 0 ? -1 : 1)
      found[key, default: Found(ratio: ratio)].count += 1
      if found[key]!.parents.count < 3, !found[key]!.parents.contains(parent[row]) {
        found[key]!.parents.append(parent[row])
      }
    }
    let fit = found.values.filter { $0.count >= 5 && $0.parents.count >= 3 }
    // Of equally many the smaller ratio: a dictionary has no order of its own.
    return fit.max { ($0.count, -$0.ratio) < ($1.count, -$1.ratio) }?.ratio
  }
}
