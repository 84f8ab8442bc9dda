import Foundation

/// A folder for one test, gone with it, and the compiler of C.
final class Scratch {
  let folder = FileManager.default.temporaryDirectory.appending(path: "langevin-plugins-\(UUID().uuidString)")
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init() { try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Runs a program, which must end well.
  static func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BadEnd(command: [program] + arguments) }
  }

  /// A program that did not end well.
  struct BadEnd: Error { let command: [String] }

  /// Whether make is there.
  static var hasMake: Bool { (try? run("sh", ["-c", "command -v make"])) != nil }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Makes a shared library of a source of this package, and returns its path. Give each a name of its own: the system
  /// keeps what it has loaded under a path.
  func library(
    _ name: String = "plugin.so", of source: String = "Tests/Fixtures/plugins/stub.c", _ macros: String...
  ) throws -> String {
    let headers = Self.package.appending(path: "Sources/CPluginABI/include").path
    let flags = ["-std=gnu11", "-O1", "-shared", "-fPIC", "-I", headers] + macros.map { "-D" + $0 }
    // The compiler of C that comes with Swift, where there is no other.
    try Self.run(
      "sh",
      ["-c", #"exec $(command -v cc || command -v clang) "$@""#, "cc"] + flags
        + [Self.package.appending(path: source).path, "-o", path(name), "-lm"])
    return path(name)
  }
}
