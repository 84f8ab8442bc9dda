import ArgumentParser
import Databases
import DiffusionCore
import Files
import Foundation
import PluginLoading
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
    case let error as TableError: self.init(table: error)
    case let error as DatabaseError: self.init(error.exitStatus, "\(error.place): \(error.message)", cure: error.cure)
    case let error as FileError:
      // Who closes a pipe (head, less) has seen enough: nothing to say.
      let place = error.path == "-" ? "standard output" : error.path
      self.init(.inputOutput, error.isClosedPipe ? "" : "\(place): \(error.message)", cure: error.cure)
    case let error as ArchiveError:
      if case .writing(let file) = error.problem {
        self = Failure(file)
        return
      }
      let isInputOutput = if case .inputOutput = error.problem { true } else { false }
      self.init(isInputOutput ? .inputOutput : .badData, sentence: error.description)
    case let error as OptionError: self.init(.usage, sentence: error.description)
    case let error as RegistryError: self.init(.usage, sentence: error.description)
    case let error as ConditionError: self.init(.badData, sentence: error.description)
    case let error as PluginLoadingError: self.init(error.exitStatus, error.message, cure: error.cure)
    case let error as PluginCallError:
      let status: ExitStatus = [.usage: .usage, .data: .badData][error.fault] ?? .fault
      self.init(status, sentence: error.description)
    case let error as CheckpointError: self.init(.badData, sentence: error.description)
    case let error as TrainingError: self.init(.fault, sentence: error.description)
    case let error as CocoaError where error.isFileError: self.init(.inputOutput, error.localizedDescription)
    case is CancellationError: self.init(.interrupted, "interrupted")
    case let error as any CustomStringConvertible:
      // The errors of a plugin are its own types; what they say is about the data that it was given.
      self.init(.badData, sentence: error.description)
    default: self.init(.fault, "\(error)", cure: "this is a fault of langevin: please report it with the command line")
    }
  }

  private init(table error: TableError) {
    let status: ExitStatus =
      switch error.category {
      case .usage: .usage
      case .badData: .badData
      case .inputOutput: .inputOutput
      }
    // Who closes a pipe (head, less) has seen enough: nothing to say.
    if error.reason == .closedPipe { self.init(status, ""); return }
    let end = ". " + error.cure
    let whole = error.description
    self.init(status, whole.hasSuffix(end) ? String(whole.dropLast(end.count)) : whole, cure: Self.plain(error.cure))
  }

  /// A sentence as a clause: the messages of the command begin small and end without a stop.
  private static func plain(_ sentence: String) -> String {
    let body = sentence.hasSuffix(".") && !sentence.hasSuffix("…") ? sentence.dropLast() : Substring(sentence)
    let second = body.dropFirst().first
    return second?.isLowercase == true ? body.prefix(1).lowercased() + body.dropFirst() : String(body)
  }

  /// Parts a sentence such as "unknown option 'x'; did you mean 'y'?" into what is wrong and the cure.
  private init(_ status: ExitStatus, sentence: String) {
    let cures = [
      "; did you mean", "; known:", "; give ", "; use ", ": write ", ": join ", ": remove ", ": give ", "; copy ",
    ]
    let found = cures.compactMap { sentence.range(of: $0, options: .backwards) }.max { $0.lowerBound < $1.lowerBound }
    if let found {
      self.init(
        status, String(sentence[..<found.lowerBound]),
        cure: String(sentence[found.lowerBound...].dropFirst().drop { $0 == " " }))
    } else {
      self.init(status, sentence)
    }
  }
}

extension DatabaseError {
  fileprivate var exitStatus: ExitStatus {
    switch problem {
    case .address, .existingTable: .usage
    case .file, .missingTable: .inputOutput
    case .content: .badData
    }
  }
}

extension PluginLoadingError {
  fileprivate var exitStatus: ExitStatus {
    switch problem {
    case .unreadable: .inputOutput
    case .duplicate, .writableByAll, .writableByGroup, .foreignOwner, .relativeFolder: .usage
    default: .badData
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
