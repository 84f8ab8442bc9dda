import ArgumentParser
import Foundation

/// The `langevin` command. Each subcommand is a file of its own in `Commands`.
struct Langevin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "langevin",
    abstract: "Makes tables like yours with diffusion models.",
    discussion: """
      From one CSV file to another in one command:

        langevin synth people.csv -o synthetic.csv

      Every choice made for you is printed with the flag that changes it. Nothing leaves this machine.

      Methods of others are loaded with --plugin, or installed with plugins install:

        langevin --plugin ./libmine.so synth people.csv -o out.csv --method mine

      Exit status: 0 done, 1 the answer is no, 2 bad usage, 65 bad data, 70 a fault of langevin, 74 reading or \
      writing failed, 130 interrupted.
      """,
    version: "0.1.0",
    subcommands: [
      Synth.self, Fit.self, Sample.self, Score.self, Impute.self, Balance.self, Evaluate.self, Tune.self,
      Inspect.self, Explain.self, Plugins.self,
    ])

  // Usage errors end with status 2, as in most tools, where the argument parser's own would be 64.
  static func main() {
    // A closed pipe is an error of the write that meets it (status 74), not a signal.
    signal(SIGPIPE, SIG_IGN)
    // So is a limit on the size of files.
    signal(SIGXFSZ, SIG_IGN)
    let arguments = PluginOptions.moved(Array(CommandLine.arguments.dropFirst()), in: Langevin.self)
    do {
      try Misspelling.check(arguments, in: Langevin.self)
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      // Of `evaluate` --json names a file.
      Failure.end(error, asJSON: arguments.contains("--json") && arguments.first != "evaluate")
    }
  }
}
