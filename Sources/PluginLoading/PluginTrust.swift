import Foundation

/// Whether only the user and root choose what code lies at a path, asked of every link and folder on the way to it.
///
/// The rule is that of ssh (`StrictModes`), for each thing that the path passes:
///
/// - a folder, a link and the file belong to the user or to root;
/// - nobody else may write to the file, to its folder, or to the folder of a link;
/// - nobody else may write to a folder above, unless only owners may remove what is in it (the sticky bit, as of /tmp).
///
/// A group that holds nobody but the user (their own group, on systems that make one for each) is not somebody else.
struct PluginTrust {
  private let user = geteuid()

  /// Follows a path from the root.
  ///
  /// - Returns: the first thing that somebody else may change; nil where there is none.
  /// - Throws: the system's reason where the path leads nowhere.
  func flaw(of path: String) throws(Unreadable) -> PluginLoadingError.Problem? {
    var rest = path.split(separator: "/").map(String.init)[...]
    var place = "", links = 0
    if let flaw = try flaw(ofFolder: "/") { return flaw }
    while let name = rest.popFirst() {
      if name == "." { continue }
      if name == ".." {
        place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
        continue
      }
      let next = place + "/" + name
      let status = try Self.status(next)
      guard status.st_uid == 0 || status.st_uid == user else {
        return .foreignOwner(path: next, owner: Self.name(ofUser: status.st_uid))
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        links += 1
        guard links <= 40, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: next) else {
          throw Unreadable(code: ELOOP)
        }
        if let flaw = try flaw(ofFolder: place, holdsTheFile: true) { return flaw }
        rest = (target.split(separator: "/").map(String.init) + rest)[...]
        if target.hasPrefix("/") { place = "" }
      case S_IFDIR:
        if let flaw = try flaw(ofFolder: next) { return flaw }
        place = next
      default:
        if let flaw = try flaw(ofFolder: place, holdsTheFile: true) { return flaw }
        return writableByOthers(status, next)
      }
    }
    return nil
  }

  /// Why a path leads nowhere.
  struct Unreadable: Error {
    let code: Int32
    var reason: String { String(cString: strerror(code)) }
  }

  private func flaw(
    ofFolder path: String, holdsTheFile: Bool = false
  ) throws(Unreadable) -> PluginLoadingError.Problem? {
    let path = path.isEmpty ? "/" : path
    let status = try Self.status(path)
    guard status.st_uid == 0 || status.st_uid == user else {
      return .foreignOwner(path: path, owner: Self.name(ofUser: status.st_uid))
    }
    // There others may add a file, and remove none.
    if !holdsTheFile, status.st_mode & S_ISVTX != 0 { return nil }
    return writableByOthers(status, path)
  }

  private func writableByOthers(_ status: stat, _ path: String) -> PluginLoadingError.Problem? {
    if status.st_mode & S_IWOTH != 0 { return .writableByAll(path: path) }
    guard status.st_mode & S_IWGRP != 0, !isOwn(group: status.st_gid) else { return nil }
    return .writableByGroup(path: path, group: Self.group(status.st_gid)?.name ?? String(status.st_gid))
  }

  /// Whether a group has the user's name, and no other members.
  private func isOwn(group: gid_t) -> Bool {
    let name = Self.name(ofUser: user)
    guard let found = Self.group(group) else { return false }
    return found.name == name && found.members.allSatisfy { $0 == name }
  }

  // MARK: The system

  private static func status(_ path: String) throws(Unreadable) -> stat {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw Unreadable(code: errno) }
    return status
  }

  private static func name(ofUser user: uid_t) -> String {
    var entry = passwd(), found: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 16) { buffer in
      guard getpwuid_r(user, &entry, buffer.baseAddress!, buffer.count, &found) == 0, found != nil,
        let name = entry.pw_name
      else { return String(user) }
      return String(cString: name)
    }
  }

  private static func group(_ id: gid_t) -> (name: String, members: [String])? {
    var entry = CGroup(), found: UnsafeMutablePointer<CGroup>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 16) { buffer in
      guard getgrgid_r(id, &entry, buffer.baseAddress!, buffer.count, &found) == 0, found != nil,
        let name = entry.gr_name
      else { return nil }
      var members: [String] = []
      var next = entry.gr_mem
      while let member = next?.pointee {
        members.append(String(cString: member))
        next = next?.advanced(by: 1)
      }
      return (String(cString: name), members)
    }
  }
}

private typealias CGroup = group
