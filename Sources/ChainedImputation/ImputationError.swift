import Errors
import Tables

/// Why a table cannot be learned for imputation, or cannot be filled.
public enum ImputationError: DiagnosedError, Sendable, Equatable {
  /// A number is infinite.
  case notFinite(column: String, row: Int)
  /// The model was trained with a column that the table lacks.
  case missingColumn(String, found: [String])
  /// The table has a column that the model does not know.
  case unknownColumn(String, known: [String])
  /// The columns are those of the model, in another order.
  case columnOrder(expected: [String], found: [String])
  /// A level that the model has never seen.
  case unknownLevel(column: String, level: String, row: Int, known: [String])
  /// A column is held otherwise than in training.
  case kindDiffers(column: String)
  /// There are no rows, or too few of them.
  case tooFewRows(Int, needed: Int)
  /// No column has values that can be learned.
  case nothingToLearn

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .notFinite(let column, let row):
      Diagnosis(
        "row \(row + 1): column \"\(column)\" is infinite",
        cure: "leave the cell empty so that it is filled, or correct it")
    case .missingColumn(let name, let found):
      Diagnosis(
        "the model was trained with a column \"\(name)\", which the data lack (they have \(found.listed(first: 10)))",
        cure: "add it, empty where it is unknown, or fit a model to these data")
    case .unknownColumn(let name, let known):
      Diagnosis(
        "the data have a column \"\(name)\", which the model does not know",
        cure: (nearest(to: name, in: known).first.map { "did you mean \"\($0)\"? If not, " } ?? "")
          + "leave it out, or fit a model to these data")
    case .columnOrder(let expected, _):
      Diagnosis(
        "the columns stand in another order than when the model was trained: \(expected.listed(first: 10))",
        cure: "put them in that order")
    case .unknownLevel(let column, let level, let row, let known):
      Diagnosis(
        "row \(row + 1): column \"\(column)\" says \"\(level.shortened())\", which the model has never seen",
        cure: "give one of \(known.listed(first: 10)), or leave it empty")
    case .kindDiffers(let column):
      Diagnosis(
        "column \"\(column)\" is of another kind than when the model was trained",
        cure: "read it with the model's schema")
    case .tooFewRows(let rows, let needed):
      Diagnosis("\(rows) row\(rows == 1 ? "" : "s") cannot teach what is missing: at least \(needed) are needed")
    case .nothingToLearn:
      Diagnosis(
        "no column has values that could be learned: all are empty, identifiers or free text",
        cure: "give a column another kind with --schema")
    }
  }
}
