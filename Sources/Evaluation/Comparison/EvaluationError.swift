import Errors

/// Why tables cannot be compared.
public enum EvaluationError: DiagnosedError, Sendable, Equatable {
  /// A table has no rows; its name.
  case empty(String)
  /// No column is left to be judged.
  case noColumns
  /// There is no such column to be predicted; the nearest names.
  case unknownTarget(String, near: [String])
  /// The column cannot be predicted; its kind and why.
  case unfitTarget(String, why: String)

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .empty(let name): Diagnosis("\(name) has no rows", cure: "give a table with at least one")
    case .noColumns:
      Diagnosis(
        "no column is left to be judged: all are identifiers, free text or empty", cure: "give kinds with --kind")
    case .unknownTarget(let name, let near):
      Diagnosis(
        "there is no column '\(name)' to predict",
        cure: near.isEmpty ? "give a column of the real table" : "did you mean \(near.joined(separator: " or "))?")
    case .unfitTarget(let name, let why):
      Diagnosis("'\(name)' cannot be predicted: \(why)", cure: "give another column as target")
    }
  }
}
