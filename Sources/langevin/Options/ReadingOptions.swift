import ArgumentParser
import Foundation
import Tables

/// How a CSV file is read: its form, or a schema.
struct ReadingOptions: ParsableArguments {
  @OptionGroup var format: FormatOptions

  @Option(
    help: .init("Reads columns as a schema says that `inspect --schema` wrote.", valueName: "schema.json"),
    completion: .file(extensions: ["json"]))
  var schema: String?

  func validate() throws {
    if schema != nil, !format.kind.isEmpty || !format.dateFormat.isEmpty {
      throw ValidationError("with --schema the kinds and formats stand in the schema: edit them there")
    }
  }

  /// Reads a table: a file, `-` from standard input, or a table of a database.
  ///
  /// - Parameter keepsEmptyColumns: whether a column without any value is no error.
  func read(_ path: String, keepsEmptyColumns: Bool = false) throws -> CSVReader.Result {
    var options = try format.csvOptions()
    options.keepsEmptyColumns = keepsEmptyColumns
    let reader = try CSVReader(at: path, options: options)
    return try schema.map { try reader.read(schema: try Self.schema(at: $0)) } ?? reader.read()
  }

  /// Reads a table whose text is in memory.
  ///
  /// - Parameters:
  ///   - keepsEmptyColumns: whether a column without any value is no error.
  ///   - kinds: kinds of columns beside those that the user named.
  func read(
    _ text: CSVText, keepsEmptyColumns: Bool, kinds: [String: ColumnKind.Name] = [:]
  ) throws -> CSVReader.Result {
    var options = try format.csvOptions()
    options.keepsEmptyColumns = keepsEmptyColumns
    options.kinds.merge(kinds) { mine, _ in mine }
    let reader = CSVReader(text, options: options)
    return try schema.map { try reader.read(schema: try Self.schema(at: $0)) } ?? reader.read()
  }

  /// Reads a table whose text is in memory, and that is known already.
  func read(_ text: CSVText, as schema: Schema) throws -> CSVReader.Result {
    try CSVReader(text, options: try format.csvOptions()).read(schema: schema)
  }

  /// Reads rows of a table that is known already, such as those that a model is to complete or to score.
  func read(_ path: String, as schema: Schema) throws -> Table {
    try CSVReader(at: path, options: try format.csvOptions()).read(schema: schema).table
  }

  private static func schema(at path: String) throws -> Schema {
    do {
      return try Schema(json: String(contentsOfFile: path, encoding: .utf8))
    } catch var error as TableError {
      error.file = error.file ?? path
      throw error
    } catch {
      throw Failure(
        .inputOutput, "\(path): the schema cannot be read: \(error.localizedDescription)",
        cure: "write one with: langevin inspect DATA.csv --schema \(path)")
    }
  }
}
