import DiffusionCore
import Tables

/// What a table is taken for, what was noticed in it, and what to beware of.
struct Inspection: JSONLine {
  /// Something to beware of.
  struct Warning: Encodable, Sendable, Equatable {
    /// The kind of warning, for programs: `few-rows`, `leakage`, ….
    let code: String
    /// The column it is about.
    var column: String?
    /// What was found and what it means.
    let message: String
    /// What to do about it.
    var cure: String?
  }

  let file: String
  let rows: Int
  let delimiter: String
  let columns: [ColumnSummary]
  let notes: [TableNote]
  let warnings: [Warning]
  /// The column that the others are judged against.
  let target: String?

  init(of data: CSVReader.Result, file: String, target: String?) {
    self.file = file
    rows = data.table.rowCount
    delimiter = data.schema.format.delimiter.rawValue
    columns = zip(data.schema.columns, data.table.columns).map { ColumnSummary($0, $1) }
    notes = data.notes
    let chosen = target ?? data.schema.columns.last { $0.isModelled }?.name
    self.target = chosen
    warnings =
      Fitness.warnings(data) + RepeatWarnings.warnings(data, target: chosen) + MissingWarnings.warnings(data.table)
      + ColumnWarnings.warnings(data, summaries: columns, target: chosen)
      + Leakage.warnings(data, target: chosen)
  }
}
