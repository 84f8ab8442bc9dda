import CSQLite

/// An open SQLite database, closed when it is let go.
final class SQLiteConnection {
  /// A value as SQLite stores it.
  enum Value: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes
  }

  private let file: String
  private var handle: OpaquePointer?

  /// Milliseconds to wait for others who write.
  private static let patience: Int32 = 10_000

  /// Opens a database.
  ///
  /// - Parameter writes: whether it is written, and made where there is none.
  /// - Throws: ``DatabaseError`` with problem `file`, as all calls do.
  init(_ file: String, writes: Bool = false) throws(DatabaseError) {
    self.file = file
    let flags = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
    // A bare name such as ":memory:" is a file here, as all names are.
    let status = sqlite3_open_v2(file.hasPrefix("/") ? file : "./" + file, &handle, flags, nil)
    guard status == SQLITE_OK else { throw fault(status) }
    sqlite3_busy_timeout(handle, Self.patience)
  }

  deinit { sqlite3_close_v2(handle) }

  /// A statement, to be bound and stepped through.
  func statement(_ sql: String) throws(DatabaseError) -> Statement { try Statement(sql, in: self) }

  /// Runs a statement that has no rows.
  func run(_ sql: String) throws(DatabaseError) { while try statement(sql).step() {} }

  /// All rows of a query.
  func rows(_ sql: String, _ arguments: [String?] = []) throws(DatabaseError) -> [[Value]] {
    let statement = try statement(sql)
    try statement.bind(arguments)
    var rows: [[Value]] = []
    while try statement.step() { rows.append(statement.names.indices.map { statement[$0] }) }
    return rows
  }

  /// Does all of the work or, where it throws, none.
  func transaction(_ work: () throws(DatabaseError) -> Void) throws(DatabaseError) {
    try run("BEGIN IMMEDIATE")
    do {
      try work()
      try run("COMMIT")
    } catch {
      try? run("ROLLBACK")
      throw error
    }
  }

  /// A name for use in a statement.
  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  private func fault(_ status: Int32) -> DatabaseError {
    let message = String(cString: sqlite3_errmsg(handle))
    // The lower byte is the kind.
    return switch status & 0xff {
    case SQLITE_NOTADB:
      DatabaseError(
        .file, file, "this is not an SQLite database", cure: "name the file of a database, or leave 'sqlite:' out")
    case SQLITE_BUSY, SQLITE_LOCKED:
      DatabaseError(.file, file, message, cure: "close the program that uses it, and try again")
    default: DatabaseError(.file, file, message, cure: "check the file and its disk")
    }
  }

  /// A statement of a connection.
  final class Statement {
    /// The names of the columns of its rows.
    let names: [String]
    private let connection: SQLiteConnection
    private var handle: OpaquePointer?

    fileprivate init(_ sql: String, in connection: SQLiteConnection) throws(DatabaseError) {
      self.connection = connection
      let status = sqlite3_prepare_v2(connection.handle, sql, -1, &handle, nil)
      guard status == SQLITE_OK else { throw connection.fault(status) }
      names = (0..<sqlite3_column_count(handle)).map { [handle] in String(cString: sqlite3_column_name(handle, $0)) }
    }

    deinit { sqlite3_finalize(handle) }

    /// Gives its parameters values, and begins anew.
    func bind(_ arguments: [String?]) throws(DatabaseError) {
      sqlite3_reset(handle)
      // SQLite copies the text.
      let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      for (place, argument) in arguments.enumerated() {
        let status =
          argument.map {
            sqlite3_bind_text64(handle, Int32(place + 1), $0, UInt64($0.utf8.count), copies, UInt8(SQLITE_UTF8))
          }
          ?? sqlite3_bind_null(handle, Int32(place + 1))
        guard status == SQLITE_OK else { throw connection.fault(status) }
      }
    }

    /// Goes to the next row; false behind the last one.
    func step() throws(DatabaseError) -> Bool {
      let status = sqlite3_step(handle)
      guard status == SQLITE_ROW || status == SQLITE_DONE else { throw connection.fault(status) }
      return status == SQLITE_ROW
    }

    /// Whether a value of the row is text.
    func isText(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_TEXT }

    /// Reads a text of the row where it lies.
    func withText<Result>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
      // The bytes are counted after the text was made.
      let start = sqlite3_column_text(handle, Int32(column))
      return body(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column)))))
    }

    /// A value of the row.
    subscript(column: Int) -> Value {
      let place = Int32(column)
      switch sqlite3_column_type(handle, place) {
      case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, place))
      case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, place))
      case SQLITE_TEXT: return .text(withText(column) { String(decoding: $0, as: UTF8.self) })
      case SQLITE_NULL: return .null
      default: return .bytes
      }
    }
  }
}
