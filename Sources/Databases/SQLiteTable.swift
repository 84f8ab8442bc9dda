import Foundation
import Tables

/// A table of an SQLite database, read and written as CSV text, so that everything that holds of files holds of it.
public struct SQLiteTable: Sendable, Equatable {
  /// Where it lies.
  public let address: SQLiteAddress

  /// Names a table; nothing is opened.
  public init(_ address: SQLiteAddress) { self.address = address }

  private var quotedName: String { SQLiteConnection.quoted(address.table) }

  // MARK: Reading

  /// All rows as CSV with a header, in the order in which the database gives them. Null is an empty field, an empty text
  /// stands in quotes, and numbers have as many digits as they need.
  ///
  /// - Parameter limit: the bytes that the text may have.
  /// - Throws: ``DatabaseError``: `file`, `missingTable`, `content` for a value of bytes, or for a table beyond the limit.
  public func text(atMost limit: Int = .max) throws(DatabaseError) -> CSVText {
    let connection = try opened()
    guard let kind = try kind(in: connection), ["table", "view"].contains(kind) else {
      throw try missing(in: connection)
    }
    let rows = try connection.statement("SELECT * FROM \(quotedName)")
    let comma = UInt8(ascii: ","), newline = UInt8(ascii: "\n")
    var text: [UInt8] = []
    for (position, name) in rows.names.enumerated() {
      if position > 0 { text.append(comma) }
      Self.append(name.utf8, to: &text)
    }
    text.append(newline)
    var count = 0
    while try rows.step() {
      guard text.count <= limit else {
        throw DatabaseError(
          .content, address.file,
          "table '\(address.table)' needs more memory than reading may take; \(count) rows were read up to here",
          cure: "allow more (--memory 16G), or make a view of a part of its rows and columns and name that")
      }
      count += 1
      for (position, name) in rows.names.enumerated() {
        if position > 0 { text.append(comma) }
        if rows.isText(position) {
          rows.withText(position) { Self.append($0, to: &text) }
          continue
        }
        switch rows[position] {
        case .null: break
        case .integer(let number): text += String(number).utf8
        case .real(let number): text += "\(number)".utf8
        case .text, .bytes:
          throw DatabaseError(
            .content, address.file, "column '\(name)' of table '\(address.table)' holds bytes, not text or numbers",
            cure: "make a view without it and name that: CREATE VIEW plain AS SELECT … FROM \(quotedName)")
        }
      }
      text.append(newline)
    }
    return CSVText(utf8: text, named: "\(address.file)?table=\(address.table)", format: CSVFormat())
  }

  /// Appends a field, in quotes where it would else be read as something other than this text.
  private static func append(_ field: some Collection<UInt8>, to text: inout [UInt8]) {
    let quote = UInt8(ascii: "\""), space = UInt8(ascii: " ")
    let start = text.count
    text.append(quote)
    var isPlain = !field.isEmpty && field.first != space
    for byte in field {
      if byte == quote { text.append(quote) }
      if byte == quote || byte == UInt8(ascii: ",") || byte == 10 || byte == 13 { isPlain = false }
      text.append(byte)
    }
    if isPlain, text.last != space { text.remove(at: start) } else { text.append(quote) }
  }

  /// The types that the columns were declared with, by name; empty where there is no such table.
  /// - Throws: ``DatabaseError`` with problem `file`.
  public func declaredTypes() throws(DatabaseError) -> [String: String] {
    var types: [String: String] = [:]
    for row in try opened().rows("SELECT name, type FROM pragma_table_info(?)", [address.table]) {
      // A type is taken over only where it is plain words, as VARCHAR(20).
      guard case .text(let name) = row[0], case .text(let type) = row[1],
        type.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_ ]*(\([0-9, ]+\))?/#) != nil,
        Self.untaken.isDisjoint(with: type.uppercased().split(separator: " "))
      else { continue }
      types[name] = type
    }
    return types
  }

  /// Words that make of a type a constraint, or would change values of other types.
  private static let untaken: Set<Substring> = [
    "ANY", "AS", "BLOB", "CHECK", "COLLATE", "CONSTRAINT", "DEFAULT", "GENERATED", "NOT", "NULL", "PRIMARY", "UNIQUE",
    "REFERENCES",
  ]

  /// Whether it is a view.
  /// - Throws: ``DatabaseError`` with problem `file`.
  public func isView() throws(DatabaseError) -> Bool { try kind(in: opened()) == "view" }

  // MARK: Writing

  /// Checks, before long work, that the table can be written.
  /// - Throws: ``DatabaseError``: `existingTable` unless it may be replaced, `file`.
  public func checkWritable() throws(DatabaseError) {
    if address.table.lowercased().hasPrefix("sqlite_") {
      throw DatabaseError(
        .existingTable, address.file, "names that begin with 'sqlite_' are SQLite's own", cure: "name another table")
    }
    guard FileManager.default.fileExists(atPath: address.file) else { return }
    switch try kind(in: opened()) {
    case nil: break
    case "table":
      guard !address.replaces else { break }
      throw DatabaseError(
        .existingTable, address.file, "there is a table '\(address.table)' already",
        cure: "name another, or allow it to be replaced: '\(address.replacing)'")
    case let other?:
      throw DatabaseError(
        .existingTable, address.file, "'\(address.table)' is the name of \(other == "index" ? "an" : "a") \(other)",
        cure: "name another table")
    }
    guard access(address.file, W_OK) == 0 else {
      throw DatabaseError(
        .file, address.file, "permission to write the database is denied", cure: "change it with chmod, or name another"
      )
    }
  }

  /// Makes the table from CSV text, whole or not at all. A column has the type that is declared for it, else INTEGER or
  /// REAL where all of its values are such numbers and no digit is lost, else TEXT. Missing cells are null. A table that
  /// is replaced loses its indexes and triggers.
  ///
  /// - Parameters:
  ///   - text: what was written by the schema.
  ///   - schema: the form of the text, and its columns.
  ///   - declared: types of columns by name, as those of the table that was learned.
  /// - Throws: ``DatabaseError`` with problem `file`.
  public func write(_ text: CSVText, schema: Schema, declared: [String: String] = [:]) throws(DatabaseError) {
    let cells = text.cells(schema: schema)
    let hasComma = schema.format.decimalComma
    // Cells are read for their types only where not all are declared.
    var found = cells.names.map { _ in NarrowestType() }
    let undeclared = cells.names.indices.filter { declared[cells.names[$0]] == nil }
    for row in 0..<(undeclared.isEmpty ? 0 : cells.rowCount) {
      let own = cells[row]
      for column in undeclared {
        if let cell = own[column] { found[column].add(hasComma ? Self.pointed(cell) : cell) }
      }
    }
    let types = zip(cells.names, found).map { declared[$0] ?? $1.name }
    let isNumeric = types.map { type in !["CHAR", "CLOB", "TEXT"].contains { type.uppercased().contains($0) } }
    let columns = zip(cells.names, types).map { "\(SQLiteConnection.quoted($0)) \($1)" }.joined(separator: ", ")
    let places = Array(repeating: "?", count: types.count).joined(separator: ", ")
    do {
      let connection = try SQLiteConnection(address.file, writes: true)
      try connection.transaction { () throws(DatabaseError) in
        if address.replaces { try connection.run("DROP TABLE IF EXISTS \(quotedName)") }
        try connection.run("CREATE TABLE \(quotedName) (\(columns))")
        let insert = try connection.statement("INSERT INTO \(quotedName) VALUES (\(places))")
        for row in 0..<cells.rowCount {
          // SQLite makes a number of a text where the column's type is one, as long as nothing is lost.
          try insert.bind(
            zip(cells[row], isNumeric).map { cell, isNumeric in hasComma && isNumeric ? cell.map(Self.pointed) : cell })
          _ = try insert.step()
        }
      }
    } catch {
      // A file that was made for nothing.
      let attributes = try? FileManager.default.attributesOfItem(atPath: address.file)
      if attributes?[.size] as? Int == 0 { unlink(address.file) }
      throw error
    }
  }

  private static func pointed(_ number: String) -> String { number.replacingOccurrences(of: ",", with: ".") }

  // MARK: The database

  private func opened() throws(DatabaseError) -> SQLiteConnection {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: address.file, isDirectory: &isFolder), !isFolder.boolValue else {
      let what = isFolder.boolValue ? "this is a directory, not a database" : "there is no such database"
      throw DatabaseError(.file, address.file, what, cure: "check the path")
    }
    return try SQLiteConnection(address.file)
  }

  /// What has the name: a table, view, index or trigger.
  private func kind(in connection: SQLiteConnection) throws(DatabaseError) -> String? {
    let found = try connection.rows(
      "SELECT type FROM sqlite_master WHERE lower(name) = lower(?)", [address.table])
    guard case .text(let kind)? = found.first?.first else { return nil }
    return kind
  }

  private func missing(in connection: SQLiteConnection) throws(DatabaseError) -> DatabaseError {
    let names = try connection.rows(
      "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).compactMap { row in if case .text(let name) = row[0] { name } else { nil } }
    let near = nearest(to: address.table, in: names).first.map { "did you mean '\($0)'?" }
    let list =
      names.isEmpty ? "the database has no tables" : "its tables are \(names.prefix(20).joined(separator: ", "))"
    return DatabaseError(.missingTable, address.file, "there is no table '\(address.table)'", cure: near ?? list)
  }
}
