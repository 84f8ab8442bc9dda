import CZlib
import Files
import Foundation

/// Where written bytes go: a file, made under another name and renamed when whole; or straight into a device, a pipe or
/// standard output (`-`). Compressed where the name ends in `.gz`.
final class ByteSink {
  let name: String
  private let file: OutputFile
  private var stream: UnsafeMutablePointer<z_stream>?
  private var compressed: UnsafeMutableBufferPointer<UInt8>?

  init(path: String) throws(TableError) {
    name = path
    do { file = try OutputFile(path) } catch { throw TableError(error) }
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
    do { try file.finish() } catch { throw TableError(error) }
    release()
  }

  /// Leaves nothing behind.
  func abandon() {
    file.abandon()
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
    do { try file.write(bytes) } catch { throw TableError(error) }
  }
}

extension TableError {
  /// A file that could not be made or written.
  fileprivate init(_ error: FileError) {
    let reason: Reason =
      error.isClosedPipe
      ? .closedPipe
      : error.isDenied
        ? .permissionDenied : error.isWithoutFolder ? .missingFile : error.code == EISDIR ? .directory : .writeFailed
    self.init(
      reason, file: error.path == "-" ? "standard output" : error.path, problem: error.message,
      cure: error.cure.prefix(1).uppercased() + error.cure.dropFirst() + ".")
  }
}
