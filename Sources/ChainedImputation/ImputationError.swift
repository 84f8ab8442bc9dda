import Tables

/// Why a table cannot be learned for imputation, or cannot be filled.
public enum ImputationError: Error, Sendable, Equatable, CustomStringConvertible {
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
  /// A method for tables was given a series.
  case notASeries(method: String)

  /// What is wrong, and the cure.
  public var description: String {
    func listed(_ names: [String]) -> String { names.listed(first: 10) }
    switch self {
    case .notFinite(let column, let row):
      return
        "row \(row + 1): column \"\(column)\" is infinite; leave the cell empty so that it is filled, or correct it"
    case .missingColumn(let name, let found):
      return "the model was trained with a column \"\(name)\", which the data lack (they have \(listed(found))); "
        + "add it, empty where it is unknown, or fit a model to these data"
    case .unknownColumn(let name, let known):
      let near = nearest(to: name, in: known).first.map { "; did you mean \"\($0)\"?" } ?? ""
      return "the data have a column \"\(name)\", which the model does not know\(near); "
        + "leave it out, or fit a model to these data"
    case .columnOrder(let expected, _):
      return "the columns stand in another order than when the model was trained: \(listed(expected)); "
        + "put them in that order"
    case .unknownLevel(let column, let level, let row, let known):
      return "row \(row + 1): column \"\(column)\" says \"\(level.shortened())\", which the model has never seen; "
        + "give one of \(listed(known)), or leave it empty"
    case .kindDiffers(let column):
      return "column \"\(column)\" is of another kind than when the model was trained; read it with the model's schema"
    case .tooFewRows(let rows, let needed):
      return "\(rows) row\(rows == 1 ? "" : "s") cannot teach what is missing: at least \(needed) are needed"
    case .nothingToLearn:
      return "no column has values that could be learned: all are empty, identifiers or free text; "
        + "give a column another kind with --schema"
    case .notASeries(let method):
      return
        "method \"\(method)\" fills tables whose rows are independent; choose a method for series, or leave --time out"
    }
  }
}
