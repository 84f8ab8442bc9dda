import Foundation

/// A file that may hold a plugin, looked at before anything of it runs.
struct PluginFile {
  /// How the file came to be loaded.
  enum Origin: Equatable {
    /// The user named this file.
    case named
    /// It was found in a folder that is searched.
    case found
    /// It was found among the installed ones.
    case installed
  }

  /// The path as it was given, for messages.
  let path: String
  /// The path from the root, without links.
  let resolved: String
  let origin: Origin

  init(_ path: String, origin: Origin) throws(PluginLoadingError) {
    self.path = path
    self.origin = origin
    guard let resolved = Self.resolved(path) else {
      throw PluginLoadingError(.unreadable(reason: String(cString: strerror(errno))), path: path)
    }
    self.resolved = resolved
    if origin != .named { try checkTrust() }
    try checkKind()
  }

  /// Whether a path leads to this file.
  func isSame(as path: String) -> Bool { Self.resolved(path) == resolved }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Makes an error about the file.
  func error(_ problem: PluginLoadingError.Problem) -> PluginLoadingError {
    PluginLoadingError(problem, path: path, installedName: origin == .installed ? Self.name(of: path) : nil)
  }

  /// The file's name without its extension: the id of an installed plugin.
  static func name(of path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// Who may change a link or a folder on the way may choose what runs.
  private func checkTrust() throws(PluginLoadingError) {
    let flaw: PluginLoadingError.Problem?
    do { flaw = try PluginTrust().flaw(of: path) } catch { throw self.error(.unreadable(reason: error.reason)) }
    if let flaw { throw error(flaw) }
  }

  /// ELF on Linux, Mach-O elsewhere. What else is wrong, the system's loader says better.
  private func checkKind() throws(PluginLoadingError) {
    var status = stat()
    guard stat(resolved, &status) == 0 else { throw error(.unreadable(reason: String(cString: strerror(errno)))) }
    if status.st_mode & S_IFMT == S_IFDIR { throw error(.notALibrary(found: "a folder")) }
    guard status.st_size > 0 else { throw error(.unreadable(reason: "it is empty")) }
    guard let handle = FileHandle(forReadingAtPath: resolved), let start = try? handle.read(upToCount: 64) else {
      throw error(.unreadable(reason: String(cString: strerror(EACCES))))
    }
    #if os(Linux)
      let magics: [[UInt8]] = [[0x7f, 0x45, 0x4c, 0x46]]
    #else
      let magics: [[UInt8]] = [[0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe]]
    #endif
    if magics.contains(where: { start.starts(with: $0) }) { return }
    let isText = start.allSatisfy { $0 >= 32 && $0 < 127 || $0 == 9 || $0 == 10 || $0 == 13 }
    let line = String(decoding: start.prefix { $0 != 10 && $0 != 13 }.prefix(24), as: UTF8.self)
    throw error(.notALibrary(found: isText ? "a text that begins '\(line)'" : "a file of another kind"))
  }
}
