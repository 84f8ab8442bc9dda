import Foundation

/// Writes a file whole or not at all: beside its place, to disk, then renamed over it.
enum AtomicFile {
  /// Writes chunks one after another.
  ///
  /// - Throws: ``ArchiveError``. What was at the path before is then untouched and no part of the new is left.
  static func write(_ chunks: [Data], to path: String) throws(ArchiveError) {
    let beside = "\(path).\(UUID().uuidString.prefix(8)).partial"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    do throws(ArchiveError) {
      for chunk in chunks { try write(chunk, to: descriptor, path) }
      guard fsync(descriptor) == 0 else { throw failure(path) }
    } catch {
      close(descriptor)
      unlink(beside)
      throw error
    }
    guard close(descriptor) == 0 else {
      let error = failure(path)
      unlink(beside)
      throw error
    }
    guard rename(beside, path) == 0 else {
      let error = failure(path)
      unlink(beside)
      throw error
    }
    syncDirectory(of: path)
  }

  private static func write(_ chunk: Data, to descriptor: Int32, _ path: String) throws(ArchiveError) {
    var written = 0
    while written < chunk.count {
      let count = chunk.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      written += count
    }
  }

  /// Makes the rename itself last. A file system that cannot do so has done all it can: not an error.
  private static func syncDirectory(of path: String) {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(directory, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String) -> ArchiveError {
    ArchiveError(.inputOutput(action: "written", reason: String(cString: strerror(errno))), file: path)
  }
}
