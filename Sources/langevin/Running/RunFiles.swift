import Databases
import DiffusionCore
import Files
import Foundation

/// All files of a run, each with its role: what it reads, what it writes, and what it keeps meanwhile.
///
///     var files = RunFiles()
///     try files.read(data, as: "the data")
///     let place = try files.place(output, as: "-o")
///
/// A command names all of them before it begins. Two that are one file, by whatever name, link or redirection, are a usage
/// error where one of them is written.
struct RunFiles {
  private var entries: [Entry] = []

  private struct Entry {
    let role: String
    let path: String
    let isOutput: Bool
    /// The file itself; nil for pipes, terminals and devices.
    var identity: FileIdentity?
    /// The table, where the file is a database.
    var table: SQLiteAddress?
    /// The standard stream that it is.
    var stream: Int32?
    /// Whether the command itself only speaks there.
    var isSpoken = false

    /// The option that names another file.
    var askedRole: String { role == RunFiles.checkpointRole ? "-o" : role }
  }

  /// Begins with the files that standard output and standard error are redirected to.
  init() {
    for (descriptor, name) in [(1, "standard output"), (2, "standard error")] as [(Int32, String)] {
      entries.append(
        Entry(
          role: name, path: name, isOutput: true, identity: FileIdentity(ofDescriptor: descriptor), isSpoken: true))
    }
  }

  private static let checkpointRole = "the checkpoint of -o"

  // MARK: What is read

  /// Names a file, a table of a database or `-`, standard input, that the run reads. One that is not there is told when it
  /// is read.
  mutating func read(_ path: String?, as role: String) throws(Failure) {
    guard let path else { return }
    var entry = Entry(role: role, path: path, isOutput: false)
    entry.stream = path == "-" ? 0 : FileIdentity.descriptor(named: path)
    entry.table = try? SQLiteAddress(path)
    let file = entry.table?.file ?? path
    if let stream = entry.stream {
      entry.identity = FileIdentity(ofDescriptor: stream)
    } else if access(file, F_OK) == 0 {
      entry.identity = FileIdentity(of: file)
    }
    try add(entry)
  }

  /// Names the files that a table is read by.
  mutating func read(_ data: String, as role: String = "the data", _ reading: ReadingOptions) throws(Failure) {
    try read(data, as: role)
    try read(reading.schema, as: "--schema")
  }

  // MARK: What is written

  /// Names a file that the run writes, `-` for standard output, and checks that it can be made.
  mutating func place(_ path: String, as role: String) throws -> OutputPlace {
    try add(output(path, role))
    return try cleared(OutputPlace(path))
  }

  /// Names a table that the run writes, in a file or in a database, and checks that it can be made.
  mutating func place(table path: String, as role: String) throws -> OutputPlace {
    try add(output(path, role))
    let sources = entries.filter { !$0.isOutput }.compactMap(\.table)
    return try cleared(OutputPlace(table: path, sources: sources))
  }

  /// Names the checkpoint of a training, next to its output; nil for a stream or a device.
  ///
  /// - Throws: a ``Failure`` where another file has that name: only checkpoints are ever replaced or removed.
  mutating func checkpoint(of place: OutputPlace, _ training: TrainingOptions) throws(Failure) -> CheckpointFile? {
    guard let path = place.checkpoint else { return nil }
    Leftovers.remove(from: FilePlace(path).folder)
    try add(Entry(role: Self.checkpointRole, path: path, isOutput: true, identity: FileIdentity(of: path)))
    return try CheckpointFile(path, resumes: training.resume, interval: training.checkpointEvery)
  }

  private func output(_ path: String, _ role: String) -> Entry {
    var entry = Entry(role: role, path: path, isOutput: true)
    entry.stream = path == "-" ? 1 : FileIdentity.descriptor(named: path)
    entry.table = try? SQLiteAddress(path)
    if let stream = entry.stream {
      // Files behind standard streams are entries of their own.
      if stream > 2 { entry.identity = FileIdentity(ofDescriptor: stream) }
    } else {
      entry.identity = FileIdentity(of: entry.table?.file ?? path)
    }
    return entry
  }

  /// Takes away what killed runs left in the folder of a result.
  private func cleared(_ place: OutputPlace) -> OutputPlace {
    if let folder = place.folder { Leftovers.remove(from: folder) }
    return place
  }

  // MARK: Conflicts

  private mutating func add(_ new: Entry) throws(Failure) {
    for old in entries where isConflict(old, new) { throw conflict(old, new) }
    entries.append(new)
  }

  private func isConflict(_ one: Entry, _ other: Entry) -> Bool {
    if let stream = one.stream, stream == other.stream, one.isOutput == other.isOutput {
      // What is read from there is gone, and what is written there would be mixed.
      return true
    }
    guard one.isOutput || other.isOutput, let identity = one.identity, identity == other.identity else { return false }
    if one.isSpoken, other.isSpoken { return false }
    // Tables of one database do not disturb each other.
    guard let mine = one.table, let its = other.table else { return true }
    return mine.table.lowercased() == its.table.lowercased()
  }

  private func conflict(_ old: Entry, _ new: Entry) -> Failure {
    if !old.isOutput, !new.isOutput {
      return Failure(
        .usage, "\(old.role) and \(new.role) would both be read from standard input",
        cure: "name a file for one of them")
    }
    let (output, other) = new.isOutput && !new.isSpoken ? (new, old) : (old, new)
    if !other.isOutput { return overwriting(other, by: output) }
    if other.isSpoken {
      return Failure(
        .usage, "\(output.path) (\(output.role)) is the file that \(other.role) is redirected to",
        cure: "name another file for \(output.askedRole)")
    }
    let place = output.stream == 1 ? "standard output" : output.path
    return Failure(
      .usage, "\(other.role) and \(output.role) must be different files: both are \(place)",
      cure: "name another file for \(output.askedRole == "-o" ? other.askedRole : output.askedRole)")
  }

  private func overwriting(_ input: Entry, by output: Entry) -> Failure {
    let name =
      input.stream == 0
      ? "standard input" : input.path == output.path ? input.role : "\(input.role), \(input.path)"
    if output.isSpoken {
      return Failure(
        .usage, "\(output.role) is redirected to an input of this command (\(name)), which would be overwritten",
        cure: "redirect it to another file")
    }
    return Failure(
      .usage, "\(output.path) (\(output.role)) is an input of this command (\(name)) and would be overwritten",
      cure: "name another file for \(output.askedRole)")
  }
}
