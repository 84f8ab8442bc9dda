import ArgumentParser
import Errors
import Files
import Foundation
import Tables

/// Why a command ends before its work is done: what is wrong, the cure, and the exit status.
struct Failure: Error, Equatable {
  let status: ExitStatus
  /// What is wrong; empty where there is nothing to say (a closed pipe).
  let message: String
  /// What to do about it.
  let cure: String?

  init(_ status: ExitStatus, _ message: String, cure: String? = nil) {
    self.status = status
    self.message = message.elided()
    self.cure = cure?.elided()
  }

  /// Takes any error that the layers below throw.
  init(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    // Who closes a pipe (head, less) has seen enough: nothing to say.
    case let error as FileError where error.isClosedPipe: self.init(.inputOutput, "")
    case let error as TableError where error.reason == .closedPipe: self.init(.inputOutput, "")
    case let error as any DiagnosedError:
      self.init(ExitStatus(error.category), error.diagnosis.problem, cure: error.diagnosis.cure)
    case let error as CocoaError where error.isFileError: self.init(.inputOutput, error.localizedDescription)
    case is CancellationError: self.init(.interrupted, "interrupted")
    case let error as any CustomStringConvertible:
      // A plugin's own type, which says nothing of a cure; what it says is about the data that the plugin was given.
      self.init(.badData, error.description)
    default: self.init(.fault, "\(error)", cure: "this is a fault of langevin: please report it with the command line")
    }
  }
}

extension CocoaError {
  fileprivate var isFileError: Bool { isCoderError == false && (256..<1024).contains(code.rawValue) }
}

// MARK: The end of the process

extension Failure {
  /// Ends the process for an error, or for a request such as `--help`, which is thrown like one.
  static func end(_ error: any Error, asJSON: Bool) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    let code = Langevin.exitCode(for: error)
    if code == .success { Langevin.exit(withError: error) }
    let failure = code == .validationFailure ? Failure(usage: error) : Failure(error)
    failure.print(asJSON: asJSON)
    // Threads may still be at work: what libraries do at the end of a process would pull memory from under them.
    fflush(nil)
    _exit(failure.status.rawValue)
  }

  /// An error of the argument parser.
  private init(usage error: any Error) {
    let words = PluginOptions.moved(Array(CommandLine.arguments.dropFirst()), in: Langevin.self)
    let message = Langevin.message(for: error)
    let full = Langevin.fullMessage(for: error)
    // Its own hint, "See 'langevin synth --help' for more information.", names the right subcommand.
    let hint = full.range(of: "See '").flatMap { start in
      full[start.upperBound...].firstIndex(of: "'").map { "see " + full[start.upperBound..<$0] }
    }
    if message.hasPrefix("Missing "),
      let unknown = Misspelling.option(in: words, for: Misspelling.command(of: words, in: Langevin.self))
    {
      self = unknown
    } else if let guess = message.range(of: ". Did you mean ") {
      self.init(
        .usage, message[..<guess.lowerBound].prefix(1).lowercased() + message[..<guess.lowerBound].dropFirst(),
        cure: "did you mean " + message[guess.upperBound...])
    } else {
      self.init(.usage, message.prefix(1).lowercased() + message.dropFirst(), cure: hint)
    }
  }

  private func print(asJSON: Bool) {
    guard !message.isEmpty else { return }
    if asJSON {
      StandardError.write(Event.Failed(message: message, help: cure, status: status.rawValue).line)
      return
    }
    let terminal = Terminal.standardError
    StandardError.write("\(terminal.strong("langevin: error:", .red)) \(message)\n")
    if let cure, !cure.isEmpty { StandardError.write("  help: \(cure)\n") }
  }
}
