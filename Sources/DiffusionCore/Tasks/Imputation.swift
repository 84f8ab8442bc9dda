import Tables

/// A table whose missing cells were filled, with what is known about each of them.
public struct Imputation: Sendable {
  /// The table with its gaps filled; a cell that could not be filled is still missing.
  public var filled: Table
  /// The cells that were filled, by column, in the order of the table's columns; columns without any are left out.
  public var columns: [ImputedColumn]

  /// Puts a result together.
  public init(filled: Table, columns: [ImputedColumn]) {
    self.filled = filled
    self.columns = columns
  }

  /// One completed table: the given cells with those of a draw.
  ///
  /// - Parameter draw: which draw, in `0..<draws`.
  public func completed(draw: Int) -> Table {
    var table = filled
    for column in columns {
      switch table.columns[column.column].values {
      case .numbers(var numbers):
        for (cell, row) in column.rows.enumerated() { numbers[row] = column.draws[draw][cell] }
        table.columns[column.column].values = .numbers(numbers)
      case .categories(var indices, let levels):
        for (cell, row) in column.rows.enumerated() { indices[row] = Int32(column.draws[draw][cell]) }
        table.columns[column.column].values = .categories(indices: indices, levels: levels)
      case .texts: break
      }
    }
    return table
  }
}

extension Imputation {
  /// Applies a change of filled cells to the filled table and to each completed one; intervals are widened to hold the
  /// new values.
  public mutating func adjust(_ change: (inout Table) -> Void) {
    let count = columns.map(\.draws.count).max() ?? 0
    let tables = (0..<count).map { draw in
      var table = completed(draw: draw)
      change(&table)
      return table
    }
    change(&filled)
    for place in columns.indices {
      let index = columns[place].column
      for draw in 0..<count {
        switch (tables[draw].columns[index].values, filled.columns[index].values) {
        case (.numbers(let numbers), _): columns[place].draws[draw] = columns[place].rows.map { numbers[$0] }
        case (.categories(let indices, let levels), .categories(let own, var known)):
          // A level may be new to the filled table.
          let moved = levels.map { level -> Double in
            if let place = known.firstIndex(of: level) { return Double(place) }
            known.append(level)
            return Double(known.count - 1)
          }
          filled.columns[index].values = .categories(indices: own, levels: known)
          columns[place].draws[draw] = columns[place].rows.map { moved[Int(indices[$0])] }
        default: break
        }
      }
      guard !columns[place].lower.isEmpty, case .numbers(let numbers) = filled.columns[index].values else { continue }
      for (cell, row) in columns[place].rows.enumerated() {
        columns[place].lower[cell] = min(columns[place].lower[cell], numbers[row])
        columns[place].upper[cell] = max(columns[place].upper[cell], numbers[row])
      }
    }
  }
}

/// The filled cells of one column.
public struct ImputedColumn: Sendable, Equatable {
  /// The column's place in the table.
  public var column: Int
  /// The rows that were filled, ascending.
  public var rows: [Int]
  /// The ends of each cell's interval, in the order of `rows`; empty for categories, and where no interval was asked for.
  public var lower: [Double], upper: [Double]
  /// Values drawn for each cell, by draw and then in the order of `rows`: numbers, or indices into the levels of the
  /// filled column.
  public var draws: [[Double]]

  /// Puts the cells of a column together.
  public init(
    column: Int, rows: [Int], lower: [Double] = [], upper: [Double] = [], draws: [[Double]] = []
  ) {
    self.column = column
    self.rows = rows
    self.lower = lower
    self.upper = upper
    self.draws = draws
  }
}
