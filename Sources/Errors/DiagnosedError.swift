/// An error that says what is wrong and what to do about it.
///
/// Every error that a user can meet conforms to it, those of a plugin too: the command prints both clauses, its JSON
/// carries them as `message` and `help`, and ``category`` becomes its exit status.
///
///     enum PriceError: DiagnosedError {
///       case negative(row: Int)
///
///       var diagnosis: Diagnosis {
///         switch self {
///         case .negative(let row):
///           Diagnosis("row \(row + 1): the price is negative", cure: "correct the cell, or leave it empty")
///         }
///       }
///     }
public protocol DiagnosedError: Error, CustomStringConvertible {
  /// What is wrong, and the cure.
  var diagnosis: Diagnosis { get }
  /// Whose fault it is; the data's, if a type does not say.
  var category: ErrorCategory { get }
}

extension DiagnosedError {
  /// The data's.
  public var category: ErrorCategory { .badData }
  /// One sentence: what is wrong, and the cure.
  public var description: String { diagnosis.description }
}

/// What is wrong, and what to do about it.
public struct Diagnosis: Sendable, Equatable, CustomStringConvertible {
  /// What is wrong and where, as a clause without a full stop.
  public var problem: String
  /// What to do about it, as a clause without a full stop; nil where nothing can be advised.
  public var cure: String?

  /// Makes a diagnosis of two clauses.
  public init(_ problem: String, cure: String? = nil) {
    self.problem = problem
    self.cure = cure
  }

  /// One sentence: what is wrong, and the cure.
  public var description: String { cure.map { "\(problem); \($0)" } ?? problem }
}

/// Whose fault an error is. The command maps each to an exit status.
public enum ErrorCategory: Sendable, Equatable {
  /// The call itself is wrong: exit status 2.
  case usage
  /// The data or the model are wrong: exit status 65 (EX_DATAERR).
  case badData
  /// Reading or writing failed: exit status 74 (EX_IOERR).
  case inputOutput
  /// The program or a plugin failed: exit status 70 (EX_SOFTWARE).
  case fault
}
