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

  /// How the text of ``text()`` is to be read.
  public static let format = CSVFormat()

  /// All rows as CSV with a header, in the order in which the database gives them. Null is an empty field; texts stand in
  /// quotes, so that the empty text is not missing and spaces stay; numbers have as many digits as they need.
  ///
  /// - Throws: ``DatabaseError``: `file`, `missingTable`, `content` for a value of bytes.
  public func text() throws(DatabaseError) -> CSVText {
    let connection = try opened()
    guard try kind(in: connection) != nil else { throw try missing(in: connection) }
    let rows = try connection.statement("SELECT * FROM \(quotedName)")
    var text = rows.names.map(Self.field).joined(separator: ",") + "\n"
    while try rows.step() {
      for (position, name) in rows.names.enumerated() {
        if position > 0 { text += "," }
        switch rows[position] {
        case .null: break
        case .integer(let number): text += String(number)
        case .real(let number): text += "\(number)"
        case .text(let string): text += Self.field(string)
        case .bytes:
          throw DatabaseError(
            .content, address.file, "column '\(name)' of table '\(address.table)' holds bytes, not text or numbers",
            cure: "make a view without it and name that: CREATE VIEW plain AS SELECT … FROM \(address.table)")
        }
      }
      text += "\n"
    }
    return CSVText(text, named: "\(address.file)?table=\(address.table)")
  }

  /// The types that the columns were declared with, by name; empty where there is no such table.
  /// - Throws: ``DatabaseError`` with problem `file`.
  public func declaredTypes() throws(DatabaseError) -> [String: String] {
    var types: [String: String] = [:]
    for row in try opened().rows("SELECT name, type FROM pragma_table_info(?)", [address.table]) {
      // A type is taken over only where it is plain words, as VARCHAR(20).
      guard case .text(let name) = row[0], case .text(let type) = row[1],
        type.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_ ]*(\([0-9, ]+\))?/#) != nil
      else { continue }
      types[name] = type
    }
    return types
  }

  // MARK: Writing

  /// Checks, before long work, that the table can be written.
  /// - Throws: ``DatabaseError``: `existingTable` unless it may be replaced, `file`.
  public func checkWritable() throws(DatabaseError) {
    guard FileManager.default.fileExists(atPath: address.file) else { return }
    switch try kind(in: opened()) {
    case "view":
      throw DatabaseError(
        .existingTable, address.file, "'\(address.table)' is a view, which can not be written",
        cure: "name another table")
    case "table" where !address.replaces:
      throw DatabaseError(
        .existingTable, address.file, "there is a table '\(address.table)' already",
        cure: "name another, or allow it to be replaced: 'sqlite:\(address.file)?table=\(address.table)&replace'")
    default: break
    }
    guard access(address.file, W_OK) == 0 else {
      throw DatabaseError(
        .file, address.file, "permission to write the database is denied", cure: "change it with chmod, or name another"
      )
    }
  }

  /// Makes the table from CSV text, whole or not at all. A column has the type that is declared for it, else INTEGER or
  /// REAL where all of its values are such numbers, else TEXT. Empty fields without quotes are null.
  ///
  /// - Parameters:
  ///   - text: a header and rows.
  ///   - format: the form of the text.
  ///   - declared: types of columns by name, as those of the table that was learned.
  /// - Throws: ``DatabaseError`` with problem `file`.
  public func write(_ text: CSVText, format: CSVFormat, declared: [String: String] = [:]) throws(DatabaseError) {
    let cells = text.cells(format: format)
    var types: [String] = []
    for (column, name) in cells.names.enumerated() {
      types.append(declared[name] ?? Self.type(of: cells, column: column, decimalComma: format.decimalComma))
    }
    let columns = zip(cells.names, types).map { "\(SQLiteConnection.quoted($0)) \($1)" }.joined(separator: ", ")
    let places = Array(repeating: "?", count: types.count).joined(separator: ", ")
    let isNew = !FileManager.default.fileExists(atPath: address.file)
    do {
      let connection = try SQLiteConnection(address.file, writes: true)
      try connection.transaction { () throws(DatabaseError) in
        if address.replaces { try connection.run("DROP TABLE IF EXISTS \(quotedName)") }
        try connection.run("CREATE TABLE \(quotedName) (\(columns))")
        let insert = try connection.statement("INSERT INTO \(quotedName) VALUES (\(places))")
        for row in 0..<cells.rowCount {
          // SQLite makes a number of a text where the column's type is one, as long as nothing is lost.
          try insert.bind(
            types.indices.map { column in
              let cell = cells[row, column]
              return format.decimalComma && types[column] == "REAL" ? cell.map(Self.pointed) : cell
            })
          _ = try insert.step()
        }
      }
    } catch {
      if isNew { unlink(address.file) }
      throw error
    }
  }

  /// The narrowest type that holds all values of a column as they are written.
  private static func type(of cells: CSVCells, column: Int, decimalComma: Bool) -> String {
    var type = "INTEGER", isEmpty = true
    for row in 0..<cells.rowCount {
      guard let cell = cells[row, column] else { continue }
      isEmpty = false
      let digits = cell.drop { $0 == "-" }
      // What a number would lose, such as the zeros before a postcode, makes it a text.
      if digits.count > 1, digits.first == "0", digits.dropFirst().first?.isNumber == true { return "TEXT" }
      if type == "INTEGER", Int64(cell) != nil, cell.first != "+" { continue }
      guard Double(decimalComma ? pointed(cell) : cell)?.isFinite == true, digits.first?.isNumber == true else {
        return "TEXT"
      }
      type = "REAL"
    }
    return isEmpty ? "TEXT" : type
  }

  private static func pointed(_ number: String) -> String { number.replacingOccurrences(of: ",", with: ".") }

  // MARK: The database

  private func opened() throws(DatabaseError) -> SQLiteConnection {
    guard FileManager.default.fileExists(atPath: address.file) else {
      throw DatabaseError(.file, address.file, "there is no such database", cure: "check the path")
    }
    return try SQLiteConnection(address.file)
  }

  /// Whether the name is that of a table or of a view.
  private func kind(in connection: SQLiteConnection) throws(DatabaseError) -> String? {
    let found = try connection.rows(
      "SELECT type FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower(?)", [address.table])
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

  private static func field(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
