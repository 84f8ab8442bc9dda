import DiffusionCore
import Tables

/// The columns of a table that new rows are drawn in: numbers and categories, without the target.
///
/// Dates are numbers. Identifiers and free text are no features. A missing category is a category of its own, the last.
/// A missing number is the column's mean to whoever measures distances, and is noted in `missing`.
struct FeatureTable: Sendable {
  /// A column of numbers.
  struct Numbers: Sendable {
    /// The column's place in the table.
    let column: Int
    /// The values, missing ones filled.
    let values: [Double]
    /// Whether a value is missing in the file; empty where none is.
    let missing: [Bool]
  }
  /// A column of categories.
  struct Categories: Sendable {
    /// The column's place in the table.
    let column: Int
    /// The category of each row: levels by their code points, then missing.
    let codes: [Int32]
    /// The level of each code in the table; -1 is missing.
    let levels: [Int32]
    /// Whether every row has the same one.
    var isConstant: Bool { levels.count == 1 }
  }

  let rowCount: Int
  /// What numbers are multiplied by where distances between them are measured in common, so that squares are finite.
  let distanceScale: Double
  let numbers: [Numbers]
  let categories: [Categories]
  /// Columns of neither kind: identifiers, texts.
  let others: [Int]

  init(_ table: Table, schema: Schema, target: String) {
    var numbers: [Numbers] = [], categories: [Categories] = [], others: [Int] = []
    for (place, column) in table.columns.enumerated() where column.name != target {
      switch column.values {
      case .numbers(let values): numbers.append(Self.numbers(values, column: place))
      case .categories(let indices, let levels):
        categories.append(Self.categories(indices, levels: levels, column: place))
      case .texts: others.append(place)
      }
    }
    self.numbers = numbers
    self.categories = categories
    self.others = others
    rowCount = table.rowCount
    distanceScale = numbers.lazy.flatMap(\.values).squareScale
  }

  private static func numbers(_ values: [Double], column: Int) -> Numbers {
    let missing = values.map(\.isNaN)
    guard missing.contains(true) else { return Numbers(column: column, values: values, missing: []) }
    var sum = 0.0, count = 0
    for value in values where !value.isNaN {
      sum += value
      count += 1
    }
    var mean = count > 0 ? sum / Double(count) : 0
    if !mean.isFinite { mean = values.reduce(0) { $1.isNaN ? $0 : $0 + $1 / Double(count) } }
    return Numbers(column: column, values: values.map { $0.isNaN ? mean : $0 }, missing: missing)
  }

  private static func categories(_ indices: [Int32], levels: [String], column: Int) -> Categories {
    var used = [Bool](repeating: false, count: levels.count), hasMissing = false
    for index in indices {
      if index < 0 { hasMissing = true } else { used[Int(index)] = true }
    }
    let order = levels.indices.filter { used[$0] }.sorted { ClassCounts.precedes(levels[$0], levels[$1]) }
    var codes = [Int32](repeating: 0, count: levels.count)
    for (code, level) in order.enumerated() { codes[level] = Int32(code) }
    let missing = Int32(order.count)
    return Categories(
      column: column, codes: indices.map { $0 < 0 ? missing : codes[Int($0)] },
      levels: order.map(Int32.init) + (hasMissing ? [-1] : []))
  }

  /// The first column of numbers with a missing value, and its first row.
  var firstMissingNumber: (column: Int, row: Int)? {
    for column in numbers {
      if let row = column.missing.firstIndex(of: true) { return (column.column, row) }
    }
    return nil
  }

  /// Whether some column of categories has more than one.
  var hasCategories: Bool { categories.contains { !$0.isConstant } }
}
