import Foundation

/// Half-made files of killed runs, in the folders of their results.
///
/// A run holds a lock on each file and folder that it is making. What has a name of this program, belongs to the user and
/// is locked by nobody, was left by a run that was killed.
public enum Leftovers {
  /// Removes them from a folder and returns their names. What cannot be removed stays.
  @discardableResult
  public static func remove(from folder: String) -> [String] {
    guard let list = opendir(folder) else { return [] }
    defer { closedir(list) }
    var removed: [String] = []
    while let entry = readdir(list) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      guard TemporaryName(parsing: name) != nil else { continue }
      if removeUnlessHeld(FilePlace.path(name, in: folder)) { removed.append(name) }
    }
    return removed.sorted()
  }

  private static func removeUnlessHeld(_ path: String) -> Bool {
    // Not through a link, and without waiting for the other end of a pipe.
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var opened = stat(), named = stat()
    guard fstat(descriptor, &opened) == 0, opened.st_uid == geteuid(), FileLock.take(descriptor),
      lstat(path, &named) == 0, named.st_dev == opened.st_dev, named.st_ino == opened.st_ino
    else { return false }
    switch opened.st_mode & S_IFMT {
    case S_IFREG: return unlink(path) == 0
    case S_IFDIR: return (try? FileManager.default.removeItem(atPath: path)) != nil
    default: return false
    }
  }
}
