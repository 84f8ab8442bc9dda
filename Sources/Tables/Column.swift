/// A named column of a table: one value, or a missing one, for every row.
public struct Column: Sendable, Equatable {
  /// The column's name, as in the header.
  public var name: String
  /// The values, one a row.
  public var values: Values

  /// Makes a column from its name and values.
  public init(name: String, values: Values) {
    self.name = name
    self.values = values
  }

  /// The values of a column in one of three representations, each with its own missing value.
  public enum Values: Sendable {
    /// Integers, decimals, dates (days since 1970-01-01) and date-times (seconds since 1970-01-01 00:00 by the local
    /// clock as written). Missing is NaN. 8 bytes a cell.
    case numbers([Double])
    /// A category: an index into `levels`, the exact texts, booleans among them. Missing is -1. 4 bytes a cell.
    case categories(indices: [Int32], levels: [String])
    /// Identifiers and free text. Missing is nil, which is not the empty text.
    case texts([String?])
  }

  /// The number of rows.
  public var count: Int { values.count }

  /// The number of missing cells.
  public var missingCount: Int {
    switch values {
    case .numbers(let numbers): numbers.reduce(into: 0) { $0 += $1.isNaN ? 1 : 0 }
    case .categories(let indices, _): indices.reduce(into: 0) { $0 += $1 < 0 ? 1 : 0 }
    case .texts(let texts): texts.reduce(into: 0) { $0 += $1 == nil ? 1 : 0 }
    }
  }

  /// Whether the cell of a row is missing. The row must be in `0..<count`.
  public func isMissing(_ row: Int) -> Bool {
    switch values {
    case .numbers(let numbers): numbers[row].isNaN
    case .categories(let indices, _): indices[row] < 0
    case .texts(let texts): texts[row] == nil
    }
  }

  /// The column with the given rows, in the given order; categories keep all their levels.
  public func rows(_ indices: some Collection<Int>) -> Column {
    Column(name: name, values: values.rows(indices))
  }
}

extension Column.Values {
  /// The cells of the rows for which something holds; the others are missing.
  public func keeping(_ isKept: (Int) -> Bool) -> Self {
    switch self {
    case .numbers(let numbers): .numbers(numbers.enumerated().map { isKept($0) ? $1 : .nan })
    case .categories(let indices, let levels):
      .categories(indices: indices.enumerated().map { isKept($0) ? $1 : -1 }, levels: levels)
    case .texts(let texts): .texts(texts.enumerated().map { isKept($0) ? $1 : nil })
    }
  }
}

extension Column.Values: Equatable {
  /// Equal values cell by cell; missing equals missing, and categories must agree in indices and levels.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.numbers(let a), .numbers(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    case (.categories(let a, let aLevels), .categories(let b, let bLevels)): a == b && sameBytes(aLevels, bLevels)
    case (.texts(let a), .texts(let b)): a.count == b.count && zip(a, b).allSatisfy(sameBytes)
    default: false
    }
  }

  /// The number of cells.
  public var count: Int {
    switch self {
    case .numbers(let numbers): numbers.count
    case .categories(let indices, _): indices.count
    case .texts(let texts): texts.count
    }
  }

  /// The cells of the given rows, in the given order.
  public func rows(_ rows: some Collection<Int>) -> Self {
    switch self {
    case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
    case .categories(let indices, let levels): .categories(indices: rows.map { indices[$0] }, levels: levels)
    case .texts(let texts): .texts(rows.map { texts[$0] })
    }
  }
}

// Swift's String equality is canonical equivalence, so "é" in two Unicode spellings is one string; in a file they are
// two, and a round trip must tell them apart.
func sameBytes(_ a: String?, _ b: String?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return a.utf8.elementsEqual(b.utf8)
}

private func sameBytes(_ a: [String], _ b: [String]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { sameBytes($0, $1) }
}
