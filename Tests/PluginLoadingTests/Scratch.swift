import Foundation
import Testing

/// A folder for one test, gone with it, and the compiler of C.
final class Scratch {
  let folder = FileManager.default.temporaryDirectory.appending(path: "langevin-plugins-\(UUID().uuidString)")
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init() { try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Makes a shared library of a source of this package, and returns its path. Give each a name of its own: the system
  /// keeps what it has loaded under a path.
  func library(
    _ name: String = "plugin.so", of source: String = "Tests/Fixtures/plugins/stub.c", _ macros: String...
  ) throws -> String {
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let headers = Self.package.appending(path: "Sources/CPluginABI/include").path
    compiler.arguments =
      ["cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-I", headers] + macros.map { "-D" + $0 }
      + [Self.package.appending(path: source).path, "-o", path(name), "-lm"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return path(name)
  }
}
