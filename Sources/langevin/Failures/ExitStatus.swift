import ArgumentParser
import Errors

/// What the command's end tells the caller: 0 done, 1 the answer is no, and the conventional numbers of `sysexits.h`.
enum ExitStatus: Int32, Codable, Sendable {
  /// The command line is wrong.
  case usage = 2
  /// The data, the model or a request about them are wrong (EX_DATAERR).
  case badData = 65
  /// The program is at fault (EX_SOFTWARE).
  case fault = 70
  /// Reading or writing failed (EX_IOERR).
  case inputOutput = 74
  /// Interrupted: 128 + SIGINT.
  case interrupted = 130
}

extension ExitStatus {
  /// The status of an error's category.
  init(_ category: ErrorCategory) {
    switch category {
    case .usage: self = .usage
    case .badData: self = .badData
    case .inputOutput: self = .inputOutput
    case .fault: self = .fault
    }
  }
}
