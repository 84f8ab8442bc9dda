import Errors
import Files

/// Why a model file could not be written, read, or used. The text names the file, what was found, and the cure.
public struct ArchiveError: DiagnosedError, Sendable, Equatable {
  /// What is wrong.
  public enum Problem: Sendable, Equatable {
    /// The file cannot be opened, read or written.
    case inputOutput(action: String, reason: String)
    /// The file cannot be made or written.
    case writing(FileError)
    /// The file is of another format.
    case foreign(found: String)
    /// The header claims to be longer than the format allows, or than the file.
    case headerLength(claimed: UInt64, limit: UInt64)
    /// The file ends early.
    case truncated(expected: UInt64, found: UInt64)
    /// There are more bytes than the header speaks of.
    case trailingBytes(count: UInt64)
    /// The header is not the JSON that the format asks for.
    case malformedHeader(reason: String)
    /// The elements are of a type that is not supported.
    case elementType(tensor: String, found: String)
    /// The bytes of a tensor are not as many as its type and shape need.
    case size(tensor: String, needed: UInt64, found: UInt64)
    /// A tensor begins inside the one before it, or leaves a hole after it.
    case layout(tensor: String, expectedStart: UInt64, foundStart: UInt64)
    /// Safetensors, and made by another program.
    case notOurs
    /// Made by a later version.
    case newerFormat(found: Int, known: Int)
    /// Made by an earlier version whose models this one cannot use.
    case olderFormat(found: Int, oldest: Int)
    /// Made with a component that this program does not have.
    case component(kind: RegistryKind, id: String, known: [String])
    /// The contents differ from those that were written.
    case altered(part: String, expected: String, found: String)
    /// A tensor that the model needs is not there.
    case missingTensor(name: String, known: [String])
    /// A tensor has another shape than the model needs.
    case shape(tensor: String, needed: [Int], found: [Int])
    /// A field of the model cannot be what it says.
    case field(name: String, found: String, expected: String)
    /// A tensor holds an infinite number, or one that is none.
    case notFinite(tensor: String, place: Int)
    /// The model's numbers lead to some that are not finite.
    case overflow(what: String)
    /// Metadata that the model needs are not there or cannot be read.
    case metadata(key: String, reason: String)
  }

  /// The file, as the user named it; empty for an archive in memory.
  public let file: String
  /// What is wrong.
  public let problem: Problem

  /// Makes an error about a file.
  public init(_ problem: Problem, file: String = "") {
    self.problem = problem
    self.file = file
  }

  /// Reading and writing, or the model's.
  public var category: ErrorCategory {
    switch problem {
    case .inputOutput, .writing: .inputOutput
    case .foreign, .headerLength, .truncated, .trailingBytes, .malformedHeader, .elementType, .size, .layout, .notOurs,
      .newerFormat, .olderFormat, .component, .altered, .missingTensor, .shape, .field, .notFinite, .overflow,
      .metadata:
      .badData
    }
  }

  /// What is wrong with the file, and the cure.
  public var diagnosis: Diagnosis {
    if case .writing(let error) = problem { return error.diagnosis }
    var (finding, cure) = finding
    finding = (file.isEmpty ? "the model" : "'\(file)'") + " " + finding
    return Diagnosis(finding, cure: cure)
  }

  private static let copyAgain = "copy it again", restore = "restore it from a copy or train again"

  private var finding: (String, cure: String?) {
    switch problem {
    case .inputOutput(let action, let reason): ("could not be \(action): \(reason)", nil)
    case .writing(let error): ("could not be written: \(error.message)", error.cure)
    case .foreign(let found): ("is no model file but \(found)", "give a .safetensors file that Langevin wrote")
    case .headerLength(let claimed, let limit):
      (
        "claims a header of \(claimed) bytes where at most \(limit) fit: it is damaged or no model file",
        Self.copyAgain
      )
    case .truncated(let expected, let found):
      ("ends after \(found) of \(expected) bytes: it was not copied or downloaded whole", Self.copyAgain)
    case .trailingBytes(let count): ("has \(count) bytes after its last tensor: it is damaged", Self.copyAgain)
    case .malformedHeader(let reason): ("has a header that cannot be read (\(reason)): it is damaged", Self.copyAgain)
    case .elementType(let tensor, let found):
      (
        "holds tensor '\(tensor)' of type '\(found)'",
        "supported are \(ElementType.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    case .size(let tensor, let needed, let found):
      (
        "gives tensor '\(tensor)' \(found) bytes where its type and shape need \(needed): it is damaged",
        Self.copyAgain
      )
    case .layout(let tensor, let expected, let found):
      (
        "puts tensor '\(tensor)' at byte \(found) instead of \(expected), over or away from the one before: it is damaged",
        Self.copyAgain
      )
    case .notOurs: ("is a safetensors file of another program", "give one that Langevin wrote")
    case .newerFormat(let found, let known):
      ("is of format version \(found), and this program reads up to \(known)", "install a newer version of Langevin")
    case .olderFormat(let found, let oldest):
      ("is of format version \(found), and this program reads \(oldest) and later", "train again")
    case .component(let kind, let id, let known):
      (
        "was made with the \(kind.rawValue) '\(id)', which this program does not have (it has \(known.joined(separator: ", ")))",
        "use a program with the plugin that brings '\(id)', or train again"
      )
    case .altered(let part, let expected, let found):
      (
        "was altered after it was written: the checksum of its \(part) is \(found) instead of \(expected)", Self.restore
      )
    case .missingTensor(let name, let known):
      (
        "lacks the tensor '\(name)' (\(suggestion(for: name, in: known)))",
        "use it with the method and version that made it"
      )
    case .shape(let tensor, let needed, let found):
      (
        "holds tensor '\(tensor)' of shape \(found) where the model needs \(needed)",
        "use it with the options that it was made with"
      )
    case .field(let name, let found, let expected):
      ("holds \(found) in '\(name)' where \(expected) should stand: it is damaged or forged", Self.restore)
    case .notFinite(let tensor, let place):
      (
        "holds a number that is not finite in tensor '\(tensor)', at place \(place): it is damaged or forged",
        Self.restore
      )
    case .overflow(let what): ("leads to \(what) that are not finite: its numbers are damaged or forged", Self.restore)
    case .metadata(let key, let reason):
      ("has no usable metadata '\(key)': \(reason)", "train the model again, or use the version that made it")
    }
  }
}
