import Foundation
import Tables

/// What errors in a column are measured by: the values that are visible.
struct ColumnScale: Sendable {
  /// The standard deviation of numbers; 1 where they do not vary.
  let deviation: Double
  /// The mean distance of numbers from their median, or the share of all levels but the most frequent one: the error of
  /// who knows nothing but the column. Never 0.
  let plainError: Double
  /// The median, or the index of the most frequent level.
  let plainValue: Double

  /// The scale of a column; nil where it has no values.
  init?(_ column: Column) {
    switch column.values {
    case .numbers(let numbers):
      let scale = numbers.squareScale
      let sorted = numbers.filter { !$0.isNaN }.sorted().map { $0 * scale }
      guard !sorted.isEmpty else { return nil }
      let n = Double(sorted.count)
      let mean = sorted.reduce(0, +) / n
      let variance = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      let distance = sorted.reduce(0) { $0 + abs($1 - median) } / n
      deviation = variance > 0 ? variance.squareRoot() / scale : 1
      plainError = distance > 0 ? distance / scale : 1
      plainValue = median / scale
    case .categories(let indices, let levels):
      var counts = [Int](repeating: 0, count: levels.count)
      for index in indices where index >= 0 { counts[Int(index)] += 1 }
      let total = counts.reduce(0, +)
      guard total > 0, let most = counts.indices.max(by: { (counts[$0], $1) < (counts[$1], $0) }) else { return nil }
      deviation = 1
      // Where nearly all cells are of one level, a single wrong one would count for hundreds.
      plainError = max(1 - Double(counts[most]) / Double(total), 0.05)
      plainValue = Double(most)
    case .texts: return nil
    }
  }
}
