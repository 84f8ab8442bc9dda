import Databases
import Files
import Foundation
import Tables

/// Where a result goes: a file, a device or pipe, standard output (`-`), or a table of a database. ``RunFiles`` makes them.
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
  /// - Parameter sources: the tables that are read.
  init(table path: String, sources: [SQLiteAddress]) throws {
    guard SQLiteAddress.isMeant(by: path) else {
      try self.init(path)
      return
    }
    let address = try SQLiteAddress(path)
    try Self.check(folderOf: address.file)
    try SQLiteTable(address).checkWritable()
    var types: [String: String] = [:]
    let identity = FileIdentity(of: address.file)
    for source in sources {
      let table = SQLiteTable(source)
      types.merge(try table.declaredTypes()) { first, _ in first }
      if address.replaces, FileIdentity(of: source.file) == identity, try table.isView() {
        throw Failure(
          .usage, "\(source.table) is a view, perhaps of the table that would be replaced",
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
  init(_ path: String) throws(Failure) {
    self.path = path
    guard !SQLiteAddress.isMeant(by: path) else {
      throw Failure(.usage, "\(path): this result is a file, not a table", cure: "name a file for it")
    }
    guard path != "-" else { return }
    guard !path.isEmpty else { throw Failure(.usage, "the output has no name", cure: "give -o OUT.csv") }
    if isDevice {
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        throw Failure(FileError(.making, path, code: EISDIR))
      }
      guard FileIdentity.descriptor(named: path) != nil || access(path, W_OK) == 0 else {
        throw Failure(FileError(.making, path, code: EACCES))
      }
      return
    }
    // A file that its owner has closed to writing is not replaced either.
    if access(path, F_OK) == 0, access(path, W_OK) != 0 { throw Failure(FileError(.making, path, code: EACCES)) }
    try Self.check(folderOf: path)
    do { try OutputFile.probe(path) } catch { throw Failure(error) }
  }

  /// Whether it is standard output.
  var isStream: Bool { path == "-" }

  /// Whether it is written straight: standard output, a device or a pipe.
  var isDevice: Bool { OutputFile.isStraight(path) }

  /// The folder that a result or what belongs to it is made in; nil where there is none.
  var folder: String? {
    if let database { return FilePlace(database.table.address.file).folder }
    return isDevice ? nil : FilePlace(path).folder
  }

  /// Writes a text there: a file atomically.
  func write(_ text: String) throws {
    if isStream { return try StandardOutput.write(text) }
    try OutputFile.write(Array(text.utf8), to: path)
  }

  /// Has a table written there.
  ///
  /// - Parameters:
  ///   - schema: the form in which the table is written, and its columns in their order.
  ///   - body: writes it to a file of the name that is given.
  func take<Value>(_ schema: Schema, _ body: (_ path: String) throws -> Value) throws -> Value {
    guard let database else { return try body(path) }
    let folder = try TemporaryFolder(beside: database.table.address.file)
    defer { withExtendedLifetime(folder) {} }
    let passing = folder.path + "/rows.csv"
    let value = try body(passing)
    do {
      try database.table.write(CSVText(path: passing), schema: schema, declared: database.types)
    } catch let error as DatabaseError {
      // What took long is kept.
      guard let kept = Self.kept(passing, database.table.address) else { throw error }
      throw Failure(.inputOutput, "\(error.place): \(error.message)", cure: "\(error.cure); the rows are in \(kept)")
    }
    return value
  }

  /// Moves rows to the folder of the database, under an unused name; nil where that fails.
  private static func kept(_ rows: String, _ address: SQLiteAddress) -> String? {
    for number in 0..<1000 {
      let name = companion(address, number == 0 ? "csv" : "\(number).csv")
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { return nil }
      close(descriptor)
      if rename(rows, name) == 0 { return name }
      unlink(name)
      return nil
    }
    return nil
  }

  /// How it is named to be written once more.
  var repeatedPath: String { database?.table.address.replacing.description ?? path }

  /// The file next to the output that keeps the state of an unfinished training; nil for a stream or a device.
  var checkpoint: String? {
    if let database { return Self.companion(database.table.address, "checkpoint") }
    return isDevice ? nil : FilePlace.companion(of: path, ending: "checkpoint")
  }

  /// The name of a file that belongs to a table, in the folder of its database.
  private static func companion(_ address: SQLiteAddress, _ ending: String) -> String {
    FilePlace.companion(of: "\(address.file).\(address.fileName)", ending: ending)
  }

  private static func check(folderOf path: String) throws(Failure) {
    let folder = FilePlace(path).folder
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(FileError(.making, path, code: ENOENT))
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw Failure(FileError(.making, path, code: EACCES)) }
  }
}
