import Foundation

/// What makes two paths one file: the device and the inode of a file that exists, links followed; the folder and the name
/// of one that does not exist yet.
///
///     FileIdentity(of: "data.csv") == FileIdentity(of: "./link-to-data.csv")
public struct FileIdentity: Hashable, Sendable {
  private let device: UInt64, inode: UInt64
  /// The name in the folder of a file that does not exist yet; empty for one that does.
  private let name: String

  /// The identity of a regular file, or of one that may be made there; nil for devices, pipes and folders, and in a
  /// folder that does not exist.
  public init?(of path: String) {
    var status = stat()
    if stat(path, &status) == 0 {
      self.init(status)
      return
    }
    let place = FilePlace(path)
    guard !place.name.isEmpty, stat(place.folder, &status) == 0 else { return nil }
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), name: place.name)
  }

  /// The identity of the regular file behind a descriptor, such as 0 for standard input; nil for a terminal or a pipe.
  public init?(ofDescriptor descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init?(_ status: stat) {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), name: "")
  }

  private init(device: UInt64, inode: UInt64, name: String) {
    self.device = device
    self.inode = inode
    self.name = name
  }

  /// The descriptor that a path names, such as 1 for `/dev/stdout`; nil for other paths.
  public static func descriptor(named path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return 0
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default: break
    }
    for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
      return Int32(path.dropFirst(prefix.count))
    }
    return nil
  }
}
