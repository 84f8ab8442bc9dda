import Errors

/// Why a table of a database can not be read or written.
public struct DatabaseError: DiagnosedError, Sendable, Equatable {
  /// What kind of fault it is.
  public enum Problem: Sendable, Equatable, CaseIterable {
    /// The address is none.
    case address
    /// The file is missing, or no database, or reading or writing failed.
    case file
    /// There is no table of that name.
    case missingTable
    /// A table of that name is there already.
    case existingTable
    /// The table has no columns or rows, or its values have no place in a table of text.
    case content
  }

  /// The kind of fault.
  public let problem: Problem
  /// The address or the file, as the caller named it.
  public let place: String
  /// What is wrong, in one clause.
  public let message: String
  /// What to do about it.
  public let cure: String

  init(_ problem: Problem, _ place: String, _ message: String, cure: String) {
    self.problem = problem
    self.place = place
    self.message = message
    self.cure = cure
  }
}

extension DatabaseError {
  /// Where, what, and the cure.
  public var diagnosis: Diagnosis { Diagnosis("\(place): \(message)", cure: cure) }

  /// A wrong address is a fault of the call, a file of reading.
  public var category: ErrorCategory {
    switch problem {
    case .address, .existingTable: .usage
    case .file, .missingTable: .inputOutput
    case .content: .badData
    }
  }
}
