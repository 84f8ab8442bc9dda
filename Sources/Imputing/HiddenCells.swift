import Evaluation
import Tables

/// Observed cells that are hidden from a method, to see how well it fills them.
public struct HiddenCells: Sendable, Equatable {
  /// The hidden cells of one column.
  public struct InColumn: Sendable, Equatable {
    /// The column's place in the table.
    public var column: Int
    /// The rows, ascending.
    public var rows: [Int]
    /// For series, the length in time steps of the gap that each cell is in once hidden; empty for tables.
    public var gapLengths: [Int]

    /// Names the cells.
    public init(column: Int, rows: [Int], gapLengths: [Int] = []) {
      self.column = column
      self.rows = rows
      self.gapLengths = gapLengths
    }
  }

  /// The cells by column; columns without any are left out.
  public var columns: [InColumn]
  /// How they were chosen.
  public var hiding: SelfCheckResult.Hiding
  /// The number of cells with a value in the columns that took part.
  public var observed: Int

  /// Names the cells.
  public init(columns: [InColumn], hiding: SelfCheckResult.Hiding, observed: Int) {
    self.columns = columns
    self.hiding = hiding
    self.observed = observed
  }

  /// The number of cells.
  public var count: Int { columns.reduce(0) { $0 + $1.rows.count } }

  /// Every row with a hidden cell, ascending.
  public var rows: [Int] { Set(columns.flatMap(\.rows)).sorted() }

  /// The table without the cells.
  public func removed(from table: Table) -> Table {
    var table = table
    for hidden in columns { table.columns[hidden.column].empty(rows: hidden.rows) }
    return table
  }

  /// The same cells in a table of some of the rows, which hold all of the hidden ones.
  ///
  /// - Parameter kept: the rows of that table, ascending.
  func among(rows kept: [Int]) -> HiddenCells {
    var places: [Int: Int] = [:]
    for (place, row) in kept.enumerated() { places[row] = place }
    var result = self
    for index in result.columns.indices { result.columns[index].rows = columns[index].rows.compactMap { places[$0] } }
    return result
  }
}

extension Column {
  /// Makes cells missing.
  mutating func empty(rows: some Sequence<Int>) {
    switch values {
    case .numbers(var numbers):
      for row in rows { numbers[row] = .nan }
      values = .numbers(numbers)
    case .categories(var indices, let levels):
      for row in rows { indices[row] = -1 }
      values = .categories(indices: indices, levels: levels)
    case .texts(var texts):
      for row in rows { texts[row] = nil }
      values = .texts(texts)
    }
  }
}
