import DiffusionCore
import Tables

/// Writes a table with the rows that were added to it, the old ones as they stand in their file.
struct BalanceOutput {
  let text: CSVText
  let table: Table
  let schema: Schema
  let place: OutputPlace

  /// Writes old rows and new ones, or the new ones alone.
  ///
  /// - Parameter flag: the name of a column that tells them apart; nil for none.
  func write(_ made: Balanced, onlyNew: Bool, flag: String?) throws {
    let marks = flag.map { ColumnSchema(name: $0, kind: .boolean, levels: ["0", "1"]) }
    if onlyNew {
      var schema = made.schema
      if let marks { schema.columns.append(marks) }
      return try place.take(schema) { try marked(made.rows, flag, 1).write(to: $0, schema: schema) }
    }
    let added = marks.map { [$0] } ?? []
    try place.take(made.schema.adding(added)) { path in
      let writer = try RevisedCSVWriter(path: path, text: text, schema: made.schema, trailing: added)
      try writer.append(TableRevision(table: marked(table, flag, 0), sources: Array(0..<table.rowCount)))
      try writer.append(
        TableRevision(table: marked(made.rows, flag, 1), sources: Array(repeating: nil, count: made.rows.rowCount)))
      try writer.finish()
    }
  }

  /// Writes the old rows with a column of weights.
  func write(weights: [Double], in column: String) throws {
    let added = ColumnSchema(name: column, kind: .decimal(digits: 17), notation: .init(isShortest: true))
    var table = table
    table.columns.append(Column(name: column, values: .numbers(weights)))
    try place.take(schema.adding([added])) { path in
      let writer = try RevisedCSVWriter(path: path, text: text, schema: schema, trailing: [added])
      try writer.append(TableRevision(table: table, sources: Array(0..<table.rowCount)))
      try writer.finish()
    }
  }

  private func marked(_ table: Table, _ flag: String?, _ mark: Int32) -> Table {
    guard let flag else { return table }
    var columns = table.columns
    columns.append(
      Column(
        name: flag,
        values: .categories(indices: Array(repeating: mark, count: table.rowCount), levels: ["0", "1"])))
    return Table(columns: columns)
  }
}
