import DiffusionCore
import Tables

/// A table whose gaps were filled as far as the user wants, ready to be written.
public struct FilledTable: Sendable {
  /// One column with gaps.
  public struct FilledColumn: Sendable, Equatable {
    /// The column's name.
    public var name: String
    /// The rows that were filled, ascending, and their places among the cells of the method's answer.
    public var rows: [Int], places: [Int]
    /// Cells that stay empty because their gap is too long, and the number of these gaps.
    public var inLongGaps: Int, longGaps: Int
    /// Cells that stay empty because the method had no value for them.
    public var unanswered: Int
  }

  /// The rows with the filled cells.
  public let table: Table
  /// The columns that were to be filled and had gaps, in the order of the table.
  public let columns: [FilledColumn]
  private let prepared: SeriesRows
  private let answer: Imputation
  private let placeOfAnswer: [String: Int]

  /// Takes what a method made of the rows.
  ///
  /// - Parameters:
  ///   - imputation: its answer, to a table with some or all of the columns.
  ///   - prepared: the rows as they were before.
  ///   - wanted: the names of the columns to fill.
  ///   - limit: gaps that are too long, and the series they are in; nil for no limit.
  public init(
    _ imputation: Imputation, prepared: SeriesRows, wanted: Set<String>, limit: (limit: GapLimit, index: SeriesIndex)?
  ) {
    self.prepared = prepared
    answer = imputation
    var table = prepared.table
    var columns: [FilledColumn] = []
    var placeOfAnswer: [String: Int] = [:]
    for (place, column) in imputation.columns.enumerated() {
      placeOfAnswer[imputation.filled.columns[column.column].name] = place
    }
    self.placeOfAnswer = placeOfAnswer
    for (place, column) in prepared.table.columns.enumerated() where wanted.contains(column.name) {
      let missing = column.missingCount
      guard missing > 0 else { continue }
      let (excluded, gaps) = limit?.limit.excluded(column, in: limit!.index) ?? ([], 0)
      var entry = FilledColumn(
        name: column.name, rows: [], places: [], inLongGaps: excluded.count, longGaps: gaps, unanswered: 0)
      if let answered = placeOfAnswer[column.name].map({ imputation.columns[$0] }) {
        let values = imputation.filled.columns[answered.column]
        for (cell, row) in answered.rows.enumerated()
        where !excluded.contains(row) && column.isMissing(row) && !values.isMissing(row) {
          entry.rows.append(row)
          entry.places.append(cell)
        }
        table.columns[place].values = values.values.taking(only: entry.rows, over: column)
      }
      entry.unanswered = missing - entry.rows.count - entry.inLongGaps
      columns.append(entry)
    }
    self.table = table
    self.columns = columns
  }

  /// The number of cells that were filled.
  public var filledCount: Int { columns.reduce(0) { $0 + $1.rows.count } }

  /// The method's answer for a column; nil where it filled nothing in it.
  public func answer(_ name: String) -> ImputedColumn? { placeOfAnswer[name].map { answer.columns[$0] } }

  /// How many tables can be drawn; 0 where the method draws nothing.
  public var drawCount: Int { answer.columns.map(\.draws.count).max() ?? 0 }

  /// The rows as they are to be written, some cells rewritten and all others as they stood.
  ///
  /// - Parameter draw: a draw in the place of the one value; cells of columns without draws have their one value.
  public func revision(draw: Int? = nil) -> TableRevision {
    var table = self.table
    var rewritten = prepared.rewritten
    for column in columns where !column.rows.isEmpty {
      var marks = rewritten[column.name] ?? [Bool](repeating: false, count: table.rowCount)
      for row in column.rows { marks[row] = true }
      rewritten[column.name] = marks
      guard let draw, let place = table.columns.firstIndex(where: { $0.name == column.name }),
        let drawn = answer(column.name), drawn.draws.indices.contains(draw)
      else { continue }
      table.columns[place].values = table.columns[place].values.setting(
        column.rows, to: column.places.map { drawn.draws[draw][$0] })
    }
    return TableRevision(table: table, sources: prepared.sources, rewritten: rewritten, moved: prepared.moved)
  }
}

extension Column.Values {
  /// The values of some rows, and those of another column of the same form for all others.
  fileprivate func taking(only rows: [Int], over other: Column) -> Self {
    switch (self, other.values) {
    case (.numbers(let new), .numbers(var old)):
      for row in rows { old[row] = new[row] }
      return .numbers(old)
    case (.categories(let new, let levels), .categories(var old, _)):
      for row in rows { old[row] = new[row] }
      return .categories(indices: old, levels: levels)
    default: return other.values
    }
  }

  /// The values with some replaced by numbers, or by indices of levels.
  fileprivate func setting(_ rows: [Int], to new: [Double]) -> Self {
    switch self {
    case .numbers(var numbers):
      for (row, value) in zip(rows, new) { numbers[row] = value }
      return .numbers(numbers)
    case .categories(var indices, let levels):
      for (row, value) in zip(rows, new) { indices[row] = Int32(value) }
      return .categories(indices: indices, levels: levels)
    case .texts: return self
    }
  }
}
