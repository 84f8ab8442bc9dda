import Errors
import Foundation

/// Why a file could not be made or written: which file, what was tried, and the system's reason.
public struct FileError: DiagnosedError, Sendable, Equatable {
  /// What was tried.
  public enum Action: Sendable, Equatable {
    /// To make the file, or to open it for writing.
    case making
    /// To write into it, or to put it in its place.
    case writing
  }

  /// The file as the caller named it; `-` is standard output.
  public let path: String
  /// What was tried.
  public let action: Action
  /// The system's number of the error.
  public let code: Int32

  /// Makes an error from its facts.
  public init(_ action: Action, _ path: String, code: Int32 = errno) {
    self.path = path
    self.action = action
    self.code = code
  }

  /// Whether the reader of a pipe has closed it.
  public var isClosedPipe: Bool { code == EPIPE }

  /// Whether the caller may not write there.
  public var isDenied: Bool { action == .making && [EACCES, EPERM, EROFS].contains(code) }

  /// Whether there is no folder to make the file in.
  public var isWithoutFolder: Bool { action == .making && [ENOENT, ENOTDIR].contains(code) }

  /// Where, what, and the cure.
  public var diagnosis: Diagnosis {
    Diagnosis("\(path == "-" ? "standard output" : path): \(message)", cure: cure)
  }

  /// Reading or writing.
  public var category: ErrorCategory { .inputOutput }

  /// What is wrong, in one clause without the path.
  public var message: String {
    if isClosedPipe { return "the reader of the pipe has closed it" }
    if isDenied { return "permission to write there is denied" }
    if isWithoutFolder { return "there is no folder \(FilePlace.folder(of: path))" }
    switch code {
    case EISDIR: return "this is a directory"
    case ENAMETOOLONG: return "the name is too long"
    default:
      return "\(action == .making ? "the file cannot be made" : "writing failed"): \(String(cString: strerror(code)))"
    }
  }

  /// What to do about it, in one clause.
  public var cure: String {
    if isClosedPipe { return "look at the reading command, unless that was meant" }
    if isDenied { return "choose another folder, or change its permissions" }
    if isWithoutFolder { return "make it: mkdir -p \(FilePlace.folder(of: path))" }
    switch code {
    case EISDIR: return "name a file inside it"
    case ENAMETOOLONG:
      return "choose a shorter name, of at most \(FilePlace.longestName(in: FilePlace.folder(of: path))) bytes"
    case ENOSPC, EDQUOT, EFBIG: return "make room, or write to another disk"
    default: return "check the disk and the path"
    }
  }
}
