import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where written bytes go: a file, made beside its place and renamed into it when whole; or straight into a device, a
/// pipe or standard output (`-`). Compressed where the name ends in `.gz`.
final class ByteSink {
  let name: String
  private var descriptor: Int32
  /// The file being made and the place it is for; nil when writing straight.
  private var atomic: (temporary: String, target: String)?
  private let isPipe: Bool
  private var stream: UnsafeMutablePointer<z_stream>?
  private var compressed: UnsafeMutableBufferPointer<UInt8>?

  init(path: String) throws(TableError) {
    name = path
    var status = stat()
    if path == "-" {
      descriptor = 1
      isPipe = true
    } else if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw TableError(.directory, file: path, problem: "this is a directory", cure: "Name a file inside it.")
      }
      descriptor = ByteSink.open(path, O_WRONLY)
      guard descriptor >= 0 else { throw ByteSink.cannotOpen(path, errno) }
      isPipe = true
    } else {
      isPipe = false
      // A link is written through, not replaced.
      let target = realpath(path, nil).map { pointer in
        defer { free(pointer) }
        return String(cString: pointer)
      }
      let place = target ?? path
      let slash = place.lastIndex(of: "/").map { place.index(after: $0) } ?? place.startIndex
      let temporary = place[..<slash] + ".\(place[slash...]).\(getpid()).partial"
      unlink(String(temporary))
      descriptor = ByteSink.open(String(temporary), O_WRONLY | O_CREAT | O_EXCL)
      guard descriptor >= 0 else { throw ByteSink.cannotOpen(path, errno) }
      // An existing file keeps its permissions.
      if target != nil { fchmod(descriptor, status.st_mode & 0o7777) }
      atomic = (String(temporary), place)
    }
    if path.hasSuffix(".gz") { startCompression() }
  }

  deinit { abandon() }

  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) {
    guard let stream else { return try writeRaw(bytes) }
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    while stream.pointee.avail_in > 0 { _ = try deflateSome(Z_NO_FLUSH) }
  }

  /// Completes the file; only now does it appear under its name.
  func finish() throws(TableError) {
    if let stream {
      stream.pointee.avail_in = 0
      while try deflateSome(Z_FINISH) != Z_STREAM_END {}
    }
    if let (temporary, target) = atomic {
      guard fsync(descriptor) == 0 else { throw failure(errno) }
      let closed = close(descriptor)
      descriptor = -1
      guard closed == 0 else { throw failure(errno) }
      guard rename(temporary, target) == 0 else { throw failure(errno) }
      atomic = nil
      syncFolder(of: target)
    } else if descriptor > 2 {
      let closed = close(descriptor)
      descriptor = -1
      guard closed == 0 else { throw failure(errno) }
    }
    release()
  }

  /// Leaves nothing behind.
  func abandon() {
    if descriptor > 2 { close(descriptor) }
    descriptor = -1
    if let (temporary, _) = atomic { unlink(temporary) }
    atomic = nil
    release()
  }

  private func release() {
    if let stream {
      deflateEnd(stream)
      stream.deallocate()
    }
    stream = nil
    compressed?.deallocate()
    compressed = nil
  }

  private func startCompression() {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 31: the largest window, gzip's header and checksum.
    let status = deflateInit2_(
      stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { fatalError("zlib could not start: out of memory") }
    self.stream = stream
    compressed = .allocate(capacity: 1 << 17)
  }

  private func deflateSome(_ flush: Int32) throws(TableError) -> Int32 {
    let target = compressed!
    stream!.pointee.next_out = target.baseAddress
    stream!.pointee.avail_out = UInt32(target.count)
    let status = deflate(stream, flush)
    try writeRaw(UnsafeBufferPointer(rebasing: target[..<(target.count - Int(stream!.pointee.avail_out))]))
    return status
  }

  private func writeRaw(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let (count, code) = isPipe ? writeWithoutSignal(rest) : writeOnce(rest)
      if count < 0 {
        if code == EINTR { continue }
        throw failure(code)
      }
      rest = rest.dropFirst(count)
    }
  }

  private func writeOnce(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> (count: Int, code: Int32) {
    #if canImport(Glibc)
      let count = Glibc.write(descriptor, bytes.base.baseAddress! + bytes.startIndex, bytes.count)
    #elseif canImport(Musl)
      let count = Musl.write(descriptor, bytes.base.baseAddress! + bytes.startIndex, bytes.count)
    #else
      let count = Darwin.write(descriptor, bytes.base.baseAddress! + bytes.startIndex, bytes.count)
    #endif
    return (count, errno)
  }

  // A closed pipe would end the process by SIGPIPE. It is held back on this thread alone, and taken off the queue, so
  // that the process's own handling stays as it is.
  private func writeWithoutSignal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> (count: Int, code: Int32) {
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

  private func syncFolder(of target: String) {
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    let descriptor = ByteSink.open(folder, O_RDONLY)
    // Some file systems cannot sync a folder; the file itself is safe by now.
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  private func failure(_ code: Int32) -> TableError {
    if code == EPIPE {
      return TableError(
        .closedPipe, file: name, problem: "the reader of the pipe has closed it",
        cure: "Nothing to do if that was meant; else look at the reading command.")
    }
    return TableError(
      .writeFailed, file: name, problem: "writing failed: \(systemMessage(code))",
      cure: code == ENOSPC ? "Make room, or write to another disk." : "Check the disk and the path.")
  }

  private static func open(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.open(path, flags | O_CLOEXEC, 0o666)
    #elseif canImport(Musl)
      Musl.open(path, flags | O_CLOEXEC, 0o666)
    #else
      Darwin.open(path, flags | O_CLOEXEC, 0o666)
    #endif
  }

  private static func cannotOpen(_ path: String, _ code: Int32) -> TableError {
    switch code {
    case ENOENT, ENOTDIR:
      TableError(
        .missingFile, file: path, problem: "the folder of this file does not exist", cure: "Make it with mkdir -p.")
    case EACCES, EPERM, EROFS:
      TableError(
        .permissionDenied, file: path, problem: "permission to write there is denied",
        cure: "Choose another folder, or change its permissions.")
    default:
      TableError(
        .writeFailed, file: path, problem: "the file cannot be made: \(systemMessage(code))", cure: "Check the path.")
    }
  }
}
