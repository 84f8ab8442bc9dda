import Foundation

/// A file on its way to its place: made under another name in the same folder, and renamed when it is whole; or written
/// straight where it is a device, a pipe or standard output (`-`).
///
///     let file = try OutputFile("out.csv")
///     try file.write(bytes)
///     try file.finish()
///
/// A link is written through. A file that is replaced keeps its permissions and, where the system allows it, its owner; a
/// new one has those that the umask gives. Until it is whole only its owner may read it.
public final class OutputFile {
  /// The path as it was given.
  public let path: String
  private var descriptor: Int32
  /// The file being made, and the place it is for; nil when writing straight.
  private var pending: (temporary: String, target: String)?
  /// The permissions of a new file.
  private var mode: mode_t = 0o600
  private let permissions: Permissions
  private let isStandard: Bool

  /// Who may read and write a file that was made.
  public enum Permissions: Sendable, Equatable {
    /// As the file that is replaced, else as the umask says.
    case usual
    /// Its owner alone.
    case ownerOnly
    /// Those given, whatever was there; a link is replaced.
    case exactly(UInt16)
  }

  /// Opens a file for writing. What is at the path stays as it is until ``finish()``.
  public init(_ path: String, permissions: Permissions = .usual) throws(FileError) {
    self.path = path
    self.permissions = permissions
    let standard = path == "-" ? 1 : FileIdentity.descriptor(named: path)
    isStandard = standard != nil && standard! <= 2
    var status = stat()
    if let standard {
      // Opened once more, a file would be written over from its start.
      descriptor = isStandard ? standard : dup(standard)
      guard fcntl(descriptor, F_GETFL) >= 0 else { throw FileError(.making, path) }
    } else if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(.making, path, code: EISDIR) }
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileError(.making, path) }
    } else {
      let place = FilePlace(path)
      guard !place.name.isEmpty else { throw FileError(.making, path, code: EISDIR) }
      guard place.name.utf8.count <= FilePlace.longestName(in: place.folder) else {
        throw FileError(.making, path, code: ENAMETOOLONG)
      }
      descriptor = -1
      let target = if case .exactly = permissions { path } else { place.path }
      pending = (try makeTemporary(in: FilePlace.folder(of: target)), target)
    }
  }

  deinit { abandon() }

  /// Whether a path is written straight: standard output, a device or a pipe.
  public static func isStraight(_ path: String) -> Bool {
    if path == "-" || FileIdentity.descriptor(named: path) != nil { return true }
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// Finds out whether a file can be made and a little be written, and leaves nothing behind.
  public static func probe(_ path: String) throws(FileError) {
    let file = try OutputFile(path)
    defer { file.abandon() }
    guard file.pending != nil else { return }
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    try file.write(zeros)
  }

  /// Writes bytes in one go, and the file is whole.
  public static func write(
    _ bytes: some ContiguousBytes, to path: String, permissions: Permissions = .usual
  ) throws(FileError) {
    let file = try OutputFile(path, permissions: permissions)
    try file.write(bytes)
    try file.finish()
  }

  private func makeTemporary(in folder: String) throws(FileError) -> String {
    while true {
      let temporary = FilePlace.path(TemporaryName().text, in: folder)
      // The system's umask makes the permissions of a new file; they are set when it is whole.
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
      if descriptor < 0, errno == EEXIST || errno == EINTR { continue }
      guard descriptor >= 0 else { throw FileError(.making, path) }
      var status = stat()
      if FileLock.hold(descriptor), fstat(descriptor, &status) == 0 {
        mode = status.st_mode & 0o7777
        fchmod(descriptor, 0o600)
        return temporary
      }
      close(descriptor)
    }
  }

  /// Appends bytes.
  public func write(_ bytes: some ContiguousBytes) throws(FileError) {
    let code = bytes.withUnsafeBytes { $0.isEmpty ? 0 : writeAll($0) }
    guard code == 0 else { throw FileError(.writing, path, code: code) }
  }

  /// Completes the file; only now does it appear under its name.
  public func finish() throws(FileError) {
    guard let (temporary, target) = pending else {
      let code = closed()
      guard code == 0 else { throw FileError(.writing, path, code: code) }
      return
    }
    settlePermissions(target)
    guard fsync(descriptor) == 0 else { throw FileError(.writing, path) }
    guard rename(temporary, target) == 0 else { throw FileError(.writing, path) }
    pending = nil
    syncFolder(of: target)
    // It is on the disk: closing gives the lock back, no more.
    _ = closed()
  }

  /// Leaves nothing behind.
  public func abandon() {
    if let (temporary, _) = pending { unlink(temporary) }
    pending = nil
    _ = closed()
  }

  private func closed() -> Int32 {
    defer { descriptor = -1 }
    guard descriptor >= 0, !isStandard else { return 0 }
    return close(descriptor) == 0 ? 0 : errno
  }

  private func settlePermissions(_ target: String) {
    switch permissions {
    case .ownerOnly: break
    case .exactly(let bits): fchmod(descriptor, mode_t(bits))
    case .usual:
      var status = stat()
      guard stat(target, &status) == 0 else {
        fchmod(descriptor, mode)
        return
      }
      var bits = status.st_mode & 0o7777
      fchown(descriptor, status.st_uid, gid_t.max)
      if fchown(descriptor, uid_t.max, status.st_gid) != 0 {
        var own = stat()
        // What its group might do is not for the members of another one.
        if fstat(descriptor, &own) != 0 || own.st_gid != status.st_gid { bits &= ~0o070 | (bits & 0o007) << 3 }
      }
      fchmod(descriptor, bits)
    }
  }

  private func syncFolder(of target: String) {
    let folder = open(FilePlace.folder(of: target), O_RDONLY | O_CLOEXEC)
    // Some file systems cannot sync a folder; the file itself is safe by now.
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  // MARK: Bytes

  /// Writes all and returns 0, or the system's number of the error.
  private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let (count, code) = pending == nil ? writeWithoutSignal(rest) : writeOnce(rest)
      if count < 0, code == EINTR { continue }
      if count < 0 { return code }
      rest = rest.dropFirst(count)
    }
    return 0
  }

  private func writeOnce(_ bytes: Slice<UnsafeRawBufferPointer>) -> (count: Int, code: Int32) {
    let count = Foundation.write(descriptor, bytes.base.baseAddress! + bytes.startIndex, bytes.count)
    return (count, errno)
  }

  // A closed pipe would end the process by SIGPIPE. It is held back on this thread alone, and taken off the queue, so
  // that the process's own handling stays as it is.
  private func writeWithoutSignal(_ bytes: Slice<UnsafeRawBufferPointer>) -> (count: Int, code: Int32) {
    var blocked = sigset_t()
    var former = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &blocked, &former)
    let (count, code) = writeOnce(bytes)
    #if os(Linux)
      if count < 0, code == EPIPE, sigismember(&former, SIGPIPE) == 0 {
        var none = timespec(tv_sec: 0, tv_nsec: 0)
        _ = sigtimedwait(&blocked, nil, &none)
      }
    #endif
    pthread_sigmask(SIG_SETMASK, &former, nil)
    return (count, code)
  }
}
