import Tables
import Tensors

/// Which cells of a row are missing together, as often as in the data.
///
/// The published method makes rows without missing cells. Here a row's pattern of missing cells is drawn first, as it was
/// in some training row, and the rest flows given the pattern: trees see the same missing cells when rows are made as when
/// they learned. So every column is missing at its natural rate, columns are missing together as they are in the data,
/// and what a missing cell tells of the others is kept.
struct MissingPatterns: Sendable, Codable, Equatable {
  /// Columns of the table that are missing in some rows.
  let columns: [Int]
  /// Distinct patterns, frequent ones first: which of `columns` are missing.
  let patterns: [[Bool]]
  /// By label and pattern, the number of rows.
  let counts: [[Int]]

  /// Counts the patterns of a table's rows.
  ///
  /// - Parameters:
  ///   - columns: those to look at.
  ///   - labels: each row's label, below `labelCount`.
  init(of table: Table, columns: [Int], labels: [Int], labelCount: Int) {
    let columns = columns.filter { table.columns[$0].missingCount > 0 }
    self.columns = columns
    var found: [[Bool]: [Int]] = [:]
    for row in 0..<table.rowCount {
      let pattern = columns.map { table.columns[$0].isMissing(row) }
      found[pattern, default: Array(repeating: 0, count: labelCount)][labels[row]] += 1
    }
    let order = found.map { (pattern: $0.key, counts: $0.value, rows: $0.value.reduce(0, +)) }.sorted { a, b in
      a.rows != b.rows ? a.rows > b.rows : a.pattern.lexicographicallyPrecedes(b.pattern) { !$0 && $1 }
    }
    patterns = order.map(\.pattern)
    counts = (0..<labelCount).map { label in order.map { $0.counts[label] } }
  }

  /// The place of a column among those that may be missing.
  func place(of column: Int) -> Int? { columns.firstIndex(of: column) }

  /// The patterns that are admitted: for each column that is named, whether it must be missing.
  func admitted(_ wanted: [Int: Bool]) -> [Bool] {
    patterns.map { pattern in
      zip(columns, pattern).allSatisfy { column, isMissing in wanted[column].map { $0 == isMissing } ?? true }
    }
  }
}

/// A draw among things that have weights.
struct WeightedDraw: Sendable {
  /// Sums of the weights up to each thing.
  private let sums: [Double]
  /// The sum of all weights.
  var total: Double { sums.last ?? 0 }

  init(_ weights: [Double]) {
    var sum = 0.0
    sums = weights.map { weight in
      sum += weight
      return sum
    }
  }

  /// Draws the place of a thing whose weight is not 0.
  func draw(_ random: inout RandomStream) -> Int {
    let place = random.uniformDouble() * total
    return sums.firstIndex { $0 > place } ?? 0
  }
}
