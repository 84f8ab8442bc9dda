import Foundation

/// Where a path leads: links are followed, also one to a file that is not there yet.
///
///     FilePlace("newest.csv").path   // /data/2026-05.csv, if newest.csv is a link to it
public struct FilePlace: Sendable, Equatable {
  /// The folder, without links where it exists.
  public let folder: String
  /// The name in the folder.
  public let name: String

  /// Follows a path.
  public init(_ path: String) {
    var current = path
    // As many links as Linux follows.
    for _ in 0..<40 {
      if let real = Self.real(current) {
        self.init(folder: Self.folder(of: real), name: Self.name(of: real))
        return
      }
      guard let target = Self.target(ofLink: current) else { break }
      current = target.hasPrefix("/") ? target : Self.folder(of: current) + "/" + target
    }
    let folder = Self.folder(of: current)
    self.init(folder: Self.real(folder) ?? folder, name: Self.name(of: current))
  }

  private init(folder: String, name: String) {
    self.folder = folder
    self.name = name
  }

  /// The whole path.
  public var path: String { Self.path(name, in: folder) }

  static func path(_ name: String, in folder: String) -> String { folder == "/" ? "/" + name : folder + "/" + name }

  /// The folder of a path as it was typed; `.` where it names none.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The part of a path after its last slash.
  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// A path without links; nil where it leads nowhere.
  private static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// The target of a symbolic link as it is stored; nil for any other path.
  public static func target(ofLink path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count - 1) }
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }

  // MARK: Names

  /// The bytes that a name may have in a folder.
  public static func longestName(in folder: String) -> Int {
    let most = pathconf(folder, Int32(_PC_NAME_MAX))
    return most > 0 ? Int(most) : 255
  }

  /// The name of a file that belongs to another and lies in its folder: `out.csv.checkpoint` of `out.csv`. A name that
  /// would be too long is cut, and made unique by a checksum of the whole.
  public static func companion(of path: String, ending: String) -> String {
    let name = name(of: path), most = longestName(in: folder(of: path))
    guard name.utf8.count + ending.utf8.count + 1 > most else { return path + "." + ending }
    let tail = "-" + Checksum.text(of: name) + "." + ending
    var start = name
    while !start.isEmpty, start.utf8.count + tail.utf8.count > most { start.removeLast() }
    return path.dropLast(name.count) + start + tail
  }
}

/// A short number of a text (FNV-1a, 32 bits), the same in every run.
///
/// Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", draft-eastlake-fnv, section 4.
enum Checksum {
  static func text(of name: String) -> String {
    let sum = name.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
