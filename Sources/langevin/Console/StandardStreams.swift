import Foundation

/// Standard error, written straight: a message must not wait in a buffer.
enum StandardError {
  static func write(_ text: String) { _ = writeAll(text, to: 2) }
}

/// Standard output for results that people and programs read.
enum StandardOutput {
  /// Writes all of a text.
  ///
  /// - Throws: a ``Failure`` where it cannot be written, silent for a closed pipe.
  static func write(_ text: String) throws(Failure) { try write(bytes: Array(text.utf8)) }

  /// Writes all bytes.
  static func write(bytes: some Collection<UInt8>) throws(Failure) {
    let code = writeAll(bytes: Array(bytes), to: 1)
    guard code != EPIPE else { throw Failure(.inputOutput, "") }
    guard code == 0 else {
      throw Failure(
        .inputOutput, "standard output: writing failed: \(String(cString: strerror(code)))",
        cure: code == ENOSPC ? "make room, or write to another disk" : nil)
    }
  }
}

private func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
  writeAll(bytes: Array(text.utf8), to: descriptor)
}

/// Writes bytes and returns 0, or the system's error number.
private func writeAll(bytes: [UInt8], to descriptor: Int32) -> Int32 {
  bytes.withUnsafeBytes { buffer in
    var written = 0
    while written < buffer.count {
      let count = write(descriptor, buffer.baseAddress! + written, buffer.count - written)
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      written += count
    }
    return 0
  }
}
