/// Why tables cannot be compared.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A table has no rows; its name.
  case empty(String)
  /// No column is left to be judged.
  case noColumns
  /// There is no such column to be predicted; the nearest names.
  case unknownTarget(String, near: [String])
  /// The column cannot be predicted; its kind and why.
  case unfitTarget(String, why: String)

  /// What is wrong and the cure, in one sentence.
  public var description: String {
    switch self {
    case .empty(let name): "\(name) has no rows; give a table with at least one"
    case .noColumns: "no column is left to be judged: all are identifiers, free text or empty; give kinds with --kind"
    case .unknownTarget(let name, let near):
      "there is no column '\(name)' to predict"
        + (near.isEmpty ? "; give a column of the real table" : "; did you mean \(near.joined(separator: " or "))?")
    case .unfitTarget(let name, let why): "'\(name)' cannot be predicted: \(why); give another column as target"
    }
  }
}
