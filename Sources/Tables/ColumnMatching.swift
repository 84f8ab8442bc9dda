/// Matches the columns of a file to those of a schema.
enum ColumnMatching {
  /// For each column of the file its index in the schema; nil for one to be dropped.
  static func positions(
    of names: [String], in schema: Schema, options: CSVReadOptions, line: Int
  ) throws(TableError) -> [Int?] {
    let known = schema.columns.map(\.name)
    if !options.header {
      guard names.count == known.count else {
        throw TableError(
          .missingColumn, line: line, found: "\(names.count) columns", expected: "\(known.count) columns",
          problem: "without a header the columns must be those of the schema, in its order",
          cure: "Give all columns in order, or a file with a header.")
      }
      return Array(known.indices)
    }
    let unknown = names.filter { !known.contains($0) && !options.dropped.contains($0) }
    let missing = known.filter { !names.contains($0) }
    if let first = unknown.first {
      let near = nearest(to: first, in: missing.isEmpty ? known : missing).first
      throw TableError(
        .unknownColumn, line: line, column: first, found: unknown.listed(),
        expected: missing.isEmpty ? "only the columns of the schema" : "also " + missing.listed(),
        problem: unknown.count == 1
          ? "the schema has no such column" : "the schema lacks \(unknown.count) columns of the file",
        cure: near.map { "Did you mean \($0)? Rename the column or leave it out." }
          ?? "Leave the column out (--drop \(first)).")
    }
    if let first = missing.first {
      throw TableError(
        .missingColumn, line: line, column: first, expected: missing.listed(),
        problem: missing.count == 1 ? "the file lacks this column" : "the file lacks \(missing.count) columns",
        cure: "Add it, empty where its values are unknown.")
    }
    return names.map { known.firstIndex(of: $0) }
  }
}
