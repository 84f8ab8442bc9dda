/// A table in memory: named columns of equal length.
public struct Table: Sendable, Equatable {
  /// The columns in the order of the file.
  public var columns: [Column] {
    didSet { Table.check(columns) }
  }

  /// Makes a table. All columns must have the same number of rows.
  public init(columns: [Column] = []) {
    Table.check(columns)
    self.columns = columns
  }

  /// The number of rows; 0 for a table without columns.
  public var rowCount: Int { columns.first?.count ?? 0 }

  /// The names of the columns, in order.
  public var columnNames: [String] { columns.map(\.name) }

  /// The first column of that name, or nil.
  public subscript(_ name: String) -> Column? { columns.first { $0.name == name } }

  /// The table with the given rows, in the given order. Each index must be in `0..<rowCount`.
  public func rows(_ indices: some Collection<Int>) -> Table {
    Table(columns: columns.map { $0.rows(indices) })
  }

  /// The tables one below the other. Columns are matched by name and take the order of the first table; the levels of
  /// categories are merged, those of the first table first.
  /// - Throws: `TableError` with reason `tablesDiffer` where names or representations differ.
  public static func concatenated(_ tables: [Table]) throws(TableError) -> Table {
    guard let first = tables.first else { return Table() }
    var columns = first.columns
    for (position, table) in tables.enumerated().dropFirst() {
      guard table.columns.count == columns.count else {
        throw .tablesDiffer(
          table: position, column: nil, found: "\(table.columns.count) columns", expected: "\(columns.count) columns")
      }
      for index in columns.indices {
        guard let other = table[columns[index].name] else {
          throw .tablesDiffer(
            table: position, column: columns[index].name, found: "no such column",
            expected: "a column in every table")
        }
        guard let joined = columns[index].values.appending(other.values) else {
          throw .tablesDiffer(
            table: position, column: columns[index].name, found: other.values.representation,
            expected: columns[index].values.representation)
        }
        columns[index].values = joined
      }
    }
    return Table(columns: columns)
  }

  private static func check(_ columns: [Column]) {
    precondition(
      columns.allSatisfy { $0.count == columns[0].count }, "the columns of a table must have the same number of rows")
  }
}

extension Column.Values {
  var representation: String {
    switch self {
    case .numbers: "numbers"
    case .categories: "categories"
    case .texts: "texts"
    }
  }

  func appending(_ other: Self) -> Self? {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): return .numbers(a + b)
    case (.texts(let a), .texts(let b)): return .texts(a + b)
    case (.categories(let a, var levels), .categories(let b, let otherLevels)):
      var positions: [ExactText: Int32] = [:]
      for (index, level) in levels.enumerated() { positions[ExactText(level)] = Int32(index) }
      let mapped = otherLevels.map { level in
        if let known = positions[ExactText(level)] { return known }
        let new = Int32(levels.count)
        positions[ExactText(level)] = new
        levels.append(level)
        return new
      }
      return .categories(indices: a + b.map { $0 < 0 ? -1 : mapped[Int($0)] }, levels: levels)
    default: return nil
    }
  }
}

/// A text compared byte by byte, as files do, not by Unicode's canonical equivalence.
struct ExactText: Hashable, Sendable {
  let text: String
  init(_ text: String) { self.text = text }
  static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
  func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
