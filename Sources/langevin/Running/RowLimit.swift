import Tables

/// Refuses more rows than memory holds before anything is learned or made.
///
/// ```swift
/// try RowLimit(memory: limits.memory).check(rows, columns: schema.columns.count, cure: "ask for fewer with --rows")
/// ```
struct RowLimit {
  /// The bytes that the rows may take.
  let memory: Int
  /// The indices of rows are 32 bits wide.
  static let mostRows = Int(Int32.max) - 1
  /// A cell while it is made, and its copy in the table; what is drawn for a row counts as this many columns.
  private static let bytesPerCell = 16, columnsOfDraws = 4

  /// The greatest number of rows with so many columns.
  func most(columns: Int) -> Int { min(memory / (Self.bytesPerCell * (columns + Self.columnsOfDraws)), Self.mostRows) }

  /// Throws a ``Failure`` that names the number where it is greater than that.
  func check(_ rows: Int, columns: Int, cure: String) throws {
    let most = most(columns: columns)
    guard rows > most else { return }
    throw Failure(
      .badData,
      "\(Wording.count(rows, "row")) of \(Wording.count(columns, "column")) do not fit into memory, which holds \(Wording.count(most))",
      cure: cure)
  }
}
