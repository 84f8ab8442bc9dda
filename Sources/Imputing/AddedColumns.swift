import DiffusionCore
import Tables

/// Columns that say more about filled cells: the ends of their intervals, and that they were filled.
public struct AddedColumns: Sendable {
  /// What to add.
  public var intervals: Bool, flags: Bool

  /// Chooses.
  public init(intervals: Bool, flags: Bool) {
    self.intervals = intervals
    self.flags = flags
  }

  /// The column that tells drawn tables apart.
  public static let drawName = "draw"

  /// The names of what is added for a column.
  public static func names(for column: String) -> (lower: String, upper: String, flag: String) {
    (column + "_lower", column + "_upper", column + "_imputed")
  }

  /// The columns for a filled table: for each column with filled cells `NAME_lower` and `NAME_upper`, written as the
  /// column itself and empty but at filled numbers, and `NAME_imputed`, which is true at filled cells and else false.
  public func columns(for filled: FilledTable, schema: Schema) -> [(schema: ColumnSchema, column: Column)] {
    var added: [(schema: ColumnSchema, column: Column)] = []
    let rowCount = filled.table.rowCount
    for entry in filled.columns where !entry.rows.isEmpty {
      guard let source = schema[entry.name] else { continue }
      let names = Self.names(for: entry.name)
      if intervals, let answer = filled.answer(entry.name), !answer.lower.isEmpty {
        for (name, ends) in [(names.lower, answer.lower), (names.upper, answer.upper)] {
          var values = [Double](repeating: .nan, count: rowCount)
          for (row, place) in zip(entry.rows, entry.places) { values[row] = ends[place] }
          var column = ColumnSchema(name: name, kind: source.kind, notation: source.notation)
          column.missingCount = rowCount - entry.rows.count
          added.append((column, Column(name: name, values: .numbers(values))))
        }
      }
      if flags {
        var indices = [Int32](repeating: 0, count: rowCount)
        for row in entry.rows { indices[row] = 1 }
        let levels = ["false", "true"]
        added.append(
          (
            ColumnSchema(name: names.flag, kind: .boolean, levels: levels),
            Column(name: names.flag, values: .categories(indices: indices, levels: levels))
          ))
      }
    }
    return added
  }
}
