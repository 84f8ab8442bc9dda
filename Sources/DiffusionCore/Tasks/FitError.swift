import Errors

/// A table that no method can learn.
public enum FitError: DiagnosedError, Sendable, Equatable {
  /// With fewer rows nothing is learned.
  public static let fewestRows = 10
  /// No column has anything to learn.
  case nothingToModel
  /// So few rows.
  case tooFewRows(Int)

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .nothingToModel:
      Diagnosis(
        "there is nothing to model: every column is constant, an identifier or free text",
        cure: "give a column another kind with --schema")
    case .tooFewRows(let rows):
      Diagnosis(
        "\(rows) rows are too few to learn a table from: at least \(Self.fewestRows) are needed, and a few hundred to be useful"
      )
    }
  }
}
