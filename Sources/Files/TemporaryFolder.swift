import Foundation

/// A folder for what is being made, which only its owner may enter. It goes with this value, or by the next run where the
/// process is killed.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String
  private let descriptor: Int32
  private let mode: mode_t
  private var isMoved = false

  /// Makes a folder where a result will be, so that what is made in it can be renamed to its place.
  ///
  /// - Parameter result: the path of the result.
  public init(beside result: String) throws(FileError) {
    let folder = FilePlace(result).folder
    while true {
      let path = FilePlace.path(TemporaryName().text, in: folder)
      guard mkdir(path, 0o777) == 0 else {
        if errno == EEXIST { continue }
        throw FileError(.making, result)
      }
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // A clean-up may come between the making and the lock.
      if descriptor < 0, errno == ENOENT { continue }
      guard descriptor >= 0 else { throw FileError(.making, result) }
      guard FileLock.hold(descriptor), Self.isThere(path, descriptor) else {
        close(descriptor)
        continue
      }
      var status = stat()
      fstat(descriptor, &status)
      mode = status.st_mode & 0o7777
      fchmod(descriptor, 0o700)
      self.path = path
      self.descriptor = descriptor
      return
    }
  }

  // A folder that was removed still counts links in some file systems.
  private static func isThere(_ path: String, _ descriptor: Int32) -> Bool {
    var opened = stat(), named = stat()
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
  }

  deinit {
    if !isMoved { try? FileManager.default.removeItem(atPath: path) }
    close(descriptor)
  }

  /// Gives the folder its name and the permissions of any new folder. What has that name must not be there.
  public func move(to place: String) throws(FileError) {
    guard fchmod(descriptor, mode) == 0, rename(path, place) == 0 else { throw FileError(.writing, place) }
    isMoved = true
  }
}
