import Databases
import Foundation
import Tables

/// Where a result goes: a file, a device or pipe, standard output (`-`), or a table of a database.
struct OutputPlace: Sendable, Equatable {
  let path: String
  private var database: Database?

  private struct Database: Sendable, Equatable {
    let table: SQLiteTable
    /// Tables that are read: the one that is made takes over the types of their columns.
    let inputs: [SQLiteTable]
  }

  /// Checks that a table can be made there, in a file or in a database, before long work rather than after it.
  ///
  /// - Parameter inputs: files and tables that are read and must not be overwritten.
  init(table path: String, inputs: [String]) throws {
    guard SQLiteAddress.isMeant(by: path) else {
      try self.init(path, inputs: inputs)
      return
    }
    let address = try SQLiteAddress(path)
    let known = try inputs.filter(SQLiteAddress.isMeant).map(SQLiteAddress.init)
    for input in known where input.table.lowercased() == address.table.lowercased() {
      var status = stat()
      guard stat(address.file, &status) == 0, Self.isSame(input.file, status) else { continue }
      throw Failure(.usage, "\(path) is an input of this command and would be overwritten", cure: "name another table")
    }
    try Self.checkFolder(of: address.file)
    try SQLiteTable(address).checkWritable()
    self.init(path: path, database: Database(table: SQLiteTable(address), inputs: known.map(SQLiteTable.init)))
  }

  private init(path: String, database: Database) {
    self.path = path
    self.database = database
  }

  /// Checks that a file can be made there, before long work rather than after it.
  ///
  /// - Parameter inputs: files that are read and must not be overwritten.
  init(_ path: String, inputs: [String]) throws(Failure) {
    self.path = path
    guard !SQLiteAddress.isMeant(by: path) else {
      throw Failure(.usage, "\(path): this result is a file, not a table", cure: "name a file for it")
    }
    guard path != "-" else { return }
    guard !path.isEmpty else { throw Failure(.usage, "the output has no name", cure: "give -o OUT.csv") }
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw Failure(.inputOutput, "\(path): this is a directory", cure: "name a file inside it")
      }
      for input in inputs where Self.isSame(input, status) {
        throw Failure(
          .usage, "\(path) is an input of this command and would be overwritten", cure: "name another output")
      }
    }
    if isDevice {
      guard access(path, W_OK) == 0 else { throw Self.denied(path) }
      return
    }
    try Self.checkFolder(of: path)
  }

  /// Whether it is standard output.
  var isStream: Bool { path == "-" }

  /// Whether it is written straight: standard output, a device or a pipe.
  var isDevice: Bool {
    var status = stat()
    return isStream || (stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG)
  }

  /// Writes a text there: a file appears whole or not at all.
  func write(_ text: String) throws {
    if isStream { return try StandardOutput.write(text) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: isDevice ? [] : .atomic)
  }

  /// Has a table written there.
  ///
  /// - Parameters:
  ///   - format: the form in which the table is written.
  ///   - body: writes it to a file of the name that is given.
  func take<Value>(_ format: CSVFormat, _ body: (_ path: String) throws -> Value) throws -> Value {
    guard let database else { return try body(path) }
    let file = database.table.address.file
    let passing = "\(file).\(getpid()).partial"
    defer { unlink(passing) }
    let value = try body(passing)
    var declared: [String: String] = [:]
    for input in database.inputs { declared.merge(try input.declaredTypes()) { first, _ in first } }
    try database.table.write(CSVText(path: passing), format: format, declared: declared)
    return value
  }

  /// The file beside the output that keeps the state of an unfinished training; nil where there is no beside.
  var checkpoint: String? {
    if let address = database?.table.address { return "\(address.file).\(address.table).checkpoint" }
    return isDevice ? nil : path + ".checkpoint"
  }

  private static func checkFolder(of path: String) throws(Failure) {
    let folder = folder(of: path)
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(.inputOutput, "\(path): there is no folder \(folder)", cure: "make it: mkdir -p \(folder)")
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw denied(path) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func isSame(_ input: String, _ output: stat) -> Bool {
    var status = stat()
    guard input != "-", stat(input, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return status.st_dev == output.st_dev && status.st_ino == output.st_ino
  }

  private static func denied(_ path: String) -> Failure {
    Failure(
      .inputOutput, "\(path): permission to write there is denied",
      cure: "choose another folder, or change its permissions")
  }
}
