import Foundation

/// Where a result goes: a file, a device or pipe, or standard output (`-`).
struct OutputPlace: Sendable, Equatable {
  let path: String

  /// Checks that a file can be made there, before long work rather than after it.
  ///
  /// - Parameter inputs: files that are read and must not be overwritten.
  init(_ path: String, inputs: [String]) throws(Failure) {
    self.path = path
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
    let folder = Self.folder(of: path)
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(.inputOutput, "\(path): there is no folder \(folder)", cure: "make it: mkdir -p \(folder)")
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw Self.denied(path) }
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

  /// The file beside the output that keeps the state of an unfinished training; nil where there is no beside.
  var checkpoint: String? { isDevice ? nil : path + ".checkpoint" }

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
