import ArgumentParser
import DiffusionTesting
import Foundation
import PluginLoading

/// Holds a plugin to the laws of its kind.
struct PluginsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks that a plugin keeps the laws of its methods.",
    discussion: """
      Example:
        langevin plugins check ./libmine.so

      Its methods learn small tables that are made by formula, and make rows: as many as wanted, of the same columns and \
      levels, within range, the same again from the same seed, under conditions, and from a stored model. All of it \
      happens in a process of its own. Exit status 1 where a law is broken.
      """)

  @Argument(
    help: .init("The shared library.", valueName: "lib.so"),
    completion: .file(extensions: PluginFolders.libraryExtensions))
  var file: String

  /// Seconds that the laws may take.
  private static let patience = 600.0

  func run() throws {
    let plugin = try RuntimePlugin(contentsOf: file)
    let name = "\(plugin.descriptor.id) \(plugin.descriptor.version)"
    let ending = IsolatedRun.run(seconds: Self.patience) { _ in
      do throws(ConformanceFailure) {
        try checkPlugin(plugin)
        return Data()
      } catch { return Data(error.description.utf8) }
    }
    switch ending {
    case .finished(let findings) where findings.isEmpty:
      try StandardOutput.write("\(name) keeps all laws\n")
    case .finished(let findings):
      try StandardOutput.write(String(decoding: findings, as: UTF8.self) + "\n")
      throw ExitCode(1)
    case .broken(_, let how):
      throw Failure(
        .badData, "\(file): the plugin \(how) while its methods were tried", cure: "run this in a debugger to see where"
      )
    }
  }
}
