import DownstreamModels
import Foundation
import Tensors

/// What a good part of the real rows has and hardly a synthetic row: empty columns, absent levels, frequent values, ranges
/// of numbers, rows that several columns together describe, and neighbourhoods.
///
/// Lost is what occurs at most a quarter as often as in the real table, where chance would hardly make it so: of K rows of
/// both tables that have it, at most k are among the m synthetic and not among the n real ones with a binomial probability
/// (K tries of m / (n + m) each) below 3 · 10⁻⁴ over the number of places that were looked at.
struct Losses {
  /// A share of the real rows below which a range or a region is no mode, and a value is not frequent.
  static let leastRange = 0.02, leastValue = 0.01
  private static let bins = 32

  private let comparison: Comparison

  /// All losses, the largest first.
  static func measure(_ comparison: Comparison) -> [Loss] {
    let losses = Losses(comparison: comparison)
    let single = comparison.columns.indices.flatMap(losses.column)
    let told = single.map(\.mass).max() ?? 0
    // Rows that a lost level or range describes need no second description.
    var regions = LostRegions(comparison).find()
    // Of a cluster, cuts along the columns find parts.
    if let cluster = LostClusters(comparison).find(), cluster.mass > 1.5 * (regions.map(\.mass).max() ?? 0) {
      regions = [cluster]
    }
    return (single + regions.filter { $0.mass > max(0.02, 2 * told) }).sorted {
      ($1.mass, $0.what) < ($0.mass, $1.what)
    }
  }

  private init(comparison: Comparison) { self.comparison = comparison }

  private func column(_ index: Int) -> [Loss] {
    let column = comparison.columns[index]
    if comparison.isEmptied(index) {
      let present = 1 - missingShare(comparison.real.columns[index], column)
      return [Loss(.emptyColumn, columns: [column.name], what: column.name, real: present, synthetic: 0)]
    }
    switch (comparison.real.columns[index], comparison.synthetic.columns[index]) {
    case (.categories(let real, let levels), .categories(let synthetic, _)):
      let (f, g) = (counts(real, levels), counts(synthetic, levels))
      return (0..<levels).filter { $0 != Int(column.missingLevel ?? -1) }.compactMap { level in
        let isLost = Self.isLost(f[level], of: real.count, g[level], of: synthetic.count, places: Double(levels))
        guard isLost else { return nil }
        return Loss(
          .level, columns: [column.name], what: "\(column.name) '\(column.levels?[level] ?? "")'",
          real: Double(f[level]) / Double(real.count), synthetic: Double(g[level]) / Double(synthetic.count))
      }
    case (.numbers(let real), .numbers(let synthetic)): return numbers(column, real, synthetic)
    default: return []
    }
  }

  // MARK: Numbers

  private func numbers(_ column: Comparison.Column, _ real: [Double], _ synthetic: [Double]) -> [Loss] {
    let values = real.filter { !$0.isNaN }.sorted(), made = synthetic.filter { !$0.isNaN }.sorted()
    guard values.count >= 20, !made.isEmpty else { return [] }
    let frequent = frequentValues(column, values, made, rows: (real.count, synthetic.count))
    guard let run = lostRun(values, made, rows: (real.count, synthetic.count)) else { return frequent }
    let inside = frequent.filter { loss in
      values[run.range].contains { column.text($0) == loss.what.dropFirst(column.name.count + 1) }
    }
    // A range that is lost for one frequent value's sake is told as that value.
    if (inside.map(\.mass).max() ?? 0) > 0.7 * run.mass { return frequent }
    return [
      Loss(
        .range, columns: [column.name],
        what: "\(column.name) \(Self.text(column, values[run.range.lowerBound], values[run.range.upperBound - 1]))",
        real: run.real, synthetic: run.synthetic)
    ] + frequent.filter { !inside.contains($0) }
  }

  private func frequentValues(
    _ column: Comparison.Column, _ values: [Double], _ made: [Double], rows: (real: Int, synthetic: Int)
  ) -> [Loss] {
    var found: [Loss] = []
    var start = 0
    while start < values.count {
      var end = start + 1
      while end < values.count, values[end] == values[start] { end += 1 }
      let count = end - start
      defer { start = end }
      guard Double(count) >= max(10, Self.leastValue * Double(rows.real)) else { continue }
      let others = made.bound(after: values[start]) - made.bound(before: values[start])
      guard Self.isLost(count, of: rows.real, others, of: rows.synthetic, places: 1 / Self.leastValue) else { continue }
      found.append(
        Loss(
          .value, columns: [column.name], what: "\(column.name) \(column.text(values[start]))",
          real: Double(count) / Double(rows.real), synthetic: Double(others) / Double(rows.synthetic)))
    }
    return found
  }

  private struct Run { var range: Range<Int>, real: Double, synthetic: Double, mass: Double }

  /// The run of neighbouring bins that lost the most rows.
  private func lostRun(_ values: [Double], _ made: [Double], rows: (real: Int, synthetic: Int)) -> Run? {
    // Bins of as many real rows each, equal numbers together.
    var edges = [0]
    for bin in 1...Self.bins {
      let place = bin * values.count / Self.bins
      let edge = place == values.count ? place : values.bound(before: values[place])
      if edge > edges.last! { edges.append(edge) }
    }
    let cuts = edges.map { $0 == 0 ? 0 : $0 == values.count ? made.count : made.bound(before: values[$0]) }
    var best: Run?
    for first in 0..<edges.count - 1 {
      for last in first + 1..<edges.count {
        let (real, other) = (edges[last] - edges[first], cuts[last] - cuts[first])
        let (p, q) = (Double(real) / Double(rows.real), Double(other) / Double(rows.synthetic))
        guard p >= Self.leastRange, p - q > best?.mass ?? 0,
          Self.isLost(real, of: rows.real, other, of: rows.synthetic, places: 10 / p)
        else { continue }
        best = Run(range: edges[first]..<edges[last], real: p, synthetic: q, mass: p - q)
      }
    }
    return best
  }

  static func text(_ column: Comparison.Column, _ low: Double, _ high: Double) -> String {
    low == high ? column.text(low) : "\(column.text(low)) – \(column.text(high))"
  }

  // MARK: Counting

  private func counts(_ codes: [Int32], _ levels: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: levels)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    return counts
  }

  private func missingShare(_ cells: FeatureColumn, _ column: Comparison.Column) -> Double {
    let missing =
      switch cells {
      case .numbers(let numbers): numbers.count(where: \.isNaN)
      case .categories(let codes, _): codes.count { $0 < 0 || $0 == column.missingLevel }
      }
    return Double(missing) / Double(max(1, cells.count))
  }

  static func isLost(_ real: Int, of n: Int, _ synthetic: Int, of m: Int, places: Double) -> Bool {
    guard n > 0, m > 0, real > 0 else { return false }
    guard Double(synthetic) / Double(m) <= Double(real) / Double(n) / 4 else { return false }
    // log of the binomial probability of at most k of K.
    let all = Double(real + synthetic), share = Double(m) / Double(n + m)
    var term = all * log(1 - share), sum = term
    for i in 0..<synthetic {
      term += log((all - Double(i)) / Double(i + 1)) + log(share / (1 - share))
      sum = max(sum, term) + log1p(exp(-abs(sum - term)))
    }
    return sum < log(3e-4 / places)
  }
}

extension Comparison.Column {
  /// A number of the column as a person reads it.
  func text(_ number: Double) -> String {
    if let dateFormat { return dateFormat.text(of: number) }
    if let digits, digits <= 6, abs(number) < 1e15 { return String(format: "%.\(digits)f", number) }
    return String(format: "%.5g", number)
  }
}

extension [Double] {
  /// The first place of a number that is at least, or above, another, in ascending order.
  fileprivate func bound(before number: Double) -> Int { place { $0 < number } }
  fileprivate func bound(after number: Double) -> Int { place { $0 <= number } }

  private func place(_ isBefore: (Double) -> Bool) -> Int {
    var low = 0, high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
