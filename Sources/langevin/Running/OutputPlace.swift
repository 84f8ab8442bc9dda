import Databases
import Foundation
import Tables

/// Where a result goes: a file, a device or pipe, standard output (`-`), or a table of a database.
struct OutputPlace: Sendable, Equatable {
  let path: String
  private var database: Database?

  private struct Database: Sendable, Equatable {
    let table: SQLiteTable
    /// The types of columns, by name, of the tables that are read.
    let types: [String: String]
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
    try Self.checkFolder(of: address.file)
    try SQLiteTable(address).checkWritable()
    var types: [String: String] = [:], status = stat()
    let isThere = stat(address.file, &status) == 0
    for input in try inputs.filter(SQLiteAddress.isMeant).map(SQLiteAddress.init) {
      let table = SQLiteTable(input)
      types.merge(try table.declaredTypes()) { first, _ in first }
      guard isThere, Self.isSame(input.file, status) else { continue }
      if input.table.lowercased() == address.table.lowercased() {
        throw Failure(
          .usage, "\(path) is an input of this command and would be overwritten", cure: "name another table")
      }
      if address.replaces, try table.isView() {
        throw Failure(
          .usage, "\(input.table) is a view, perhaps of the table that would be replaced",
          cure: "name a table that is not there yet")
      }
    }
    self.init(path: path, database: Database(table: SQLiteTable(address), types: types))
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
  ///   - schema: the form in which the table is written, and its columns in their order.
  ///   - body: writes it to a file of the name that is given.
  func take<Value>(_ schema: Schema, _ body: (_ path: String) throws -> Value) throws -> Value {
    guard let database else { return try body(path) }
    let passing = database.table.address.companion("\(getpid()).partial")
    defer { unlink(passing) }
    let value = try body(passing)
    do {
      try database.table.write(CSVText(path: passing), schema: schema, declared: database.types)
    } catch let error as DatabaseError {
      // What took long is kept.
      let kept = database.table.address.companion("csv")
      guard rename(passing, kept) == 0 else { throw error }
      throw Failure(.inputOutput, "\(error.place): \(error.message)", cure: "\(error.cure); the rows are in \(kept)")
    }
    return value
  }

  /// Whether it is the place of another output too.
  func isSame(as other: OutputPlace) -> Bool {
    guard let mine = database?.table.address, let its = other.database?.table.address else { return path == other.path }
    return mine.file == its.file && mine.table.lowercased() == its.table.lowercased()
  }

  /// How it is named to be written once more.
  var repeatedPath: String { database?.table.address.replacing.description ?? path }

  /// The file beside the output that keeps the state of an unfinished training; nil where there is no beside.
  var checkpoint: String? {
    if let database { return database.table.address.companion("checkpoint") }
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
    let file = (try? SQLiteAddress(input))?.file ?? input
    guard file != "-", stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return status.st_dev == output.st_dev && status.st_ino == output.st_ino
  }

  private static func denied(_ path: String) -> Failure {
    Failure(
      .inputOutput, "\(path): permission to write there is denied",
      cure: "choose another folder, or change its permissions")
  }
}
