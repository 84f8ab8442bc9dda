import ArgumentParser
import DiffusionCore
import Foundation

/// The command `langevin` as a library: the whole command line, with the plugins that a program lists.
///
/// A program of one's own is a package that depends on Langevin, and this:
///
///     import LangevinCommand
///
///     LangevinProgram.run(BundledPlugins.all + [MyPlugin()])
public enum LangevinProgram {
  /// The plugins that were compiled in. Others are loaded by a command that asks for them.
  @TaskLocal static var plugins = BundledPlugins.all

  /// Runs the command line of this process and ends it.
  ///
  /// - Parameter plugins: what the command offers; the first method for a task is its default.
  public static func run(_ plugins: [any Plugin]) -> Never {
    $plugins.withValue(plugins) { Langevin.main() }
    exit(0)
  }

  /// Runs one command line within this process, for tools of this package that try many.
  ///
  /// - Throws: what the command throws; ``outcome(of:)`` says what it would end with.
  package static func run(arguments: [String]) throws {
    var command = try Langevin.parseAsRoot(arguments)
    try command.run()
  }

  /// The exit status and the message with which the command ends for an error.
  package static func outcome(of error: any Error) -> (status: Int32, message: String) {
    let failure = Failure(error)
    return (failure.status.rawValue, failure.message)
  }
}
