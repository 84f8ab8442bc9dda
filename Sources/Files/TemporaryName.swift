import Foundation

/// The name of a file or folder that is being made: `.langevin-HOST-PROCESS-NUMBER.partial`. It is short whatever the
/// name of the result, and says which machine made it.
struct TemporaryName: Equatable {
  let text: String

  private static let start = ".langevin-", end = ".partial"

  /// A name that was not used before.
  init() {
    let number = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
    text = "\(Self.start)\(Self.host)-\(getpid())-\(number)\(Self.end)"
  }

  /// Reads a name; nil for one that this program does not give, or gave on another machine.
  init?(parsing text: String) {
    guard text.hasPrefix(Self.start), text.hasSuffix(Self.end) else { return nil }
    let parts = text.dropFirst(Self.start.count).dropLast(Self.end.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == Self.host, Int32(parts[1]) != nil, parts[2].count == 8,
      UInt32(parts[2], radix: 16) != nil
    else { return nil }
    self.text = text
  }

  /// This machine. A lock may not be seen from another one, whose files are left alone.
  private static var host: String {
    var name = [UInt8](repeating: 0, count: 256)
    let isKnown = name.withUnsafeMutableBytes { buffer in
      gethostname(buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count - 1) == 0
    }
    return Checksum.text(of: isKnown ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "")
  }
}

/// A lock on an open file, held until the file is closed: by a process that ends in whatever way, no longer than it lives.
enum FileLock {
  /// Locks a file that was just made, and says whether it still has its name.
  ///
  /// A clean-up may come between the making and the lock; then the file is made again. Where the file system knows no
  /// locks, nobody can take one, and nothing is removed.
  static func hold(_ descriptor: Int32) -> Bool {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }

  /// Takes the lock where nobody holds it.
  static func take(_ descriptor: Int32) -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
