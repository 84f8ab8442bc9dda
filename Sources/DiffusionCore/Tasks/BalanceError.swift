import Errors
import Foundation
import Tables

/// A table or a request that cannot be balanced.
public enum BalanceError: DiagnosedError, Sendable, Equatable {
  /// The target is missing in some rows.
  case missingTarget(column: String, count: Int, firstRow: Int)
  /// The target is an identifier, a text or a date.
  case notClasses(column: String, kind: String)
  /// The target is a number with many values.
  case continuousTarget(column: String, distinct: Int)
  /// All rows are of one class.
  case oneClass(column: String, label: String)
  /// The ratio cannot be read.
  case badRatio(String, cure: String)
  /// The ratio names a class that is not there.
  case unknownClass(String, column: String, known: [String])
  /// The ratio asks for fewer rows than there are.
  case fewerThanPresent(String, asked: Int, present: Int)
  /// A share was given, and there are more than two classes.
  case shareOfMany(Double, classes: Int)
  /// The share is no more than what is there.
  case shareTooSmall(Double, present: Double)
  /// A class has fewer rows than the method needs.
  case tooFewRows(label: String, rows: Int, neighbours: Int, option: String)
  /// A class has one row, and the method needs others beside it.
  case oneRow(label: String, method: String)
  /// A class has fewer rows than a model can learn from.
  case tooFewToLearn(label: String, rows: Int, needed: Int, method: String)
  /// The method needs columns of a kind that the table lacks.
  case unsuitedColumns(method: String, problem: String, cure: String)
  /// The method finds no row to begin with.
  case noBase(label: String, method: String, problem: String, cure: String)

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .missingTarget(let column, let count, let row):
      Diagnosis(
        "target column '\(column)' is missing in \(count) row\(count == 1 ? "" : "s"), first in row \(row)",
        cure: "remove them, or impute them first")
    case .notClasses(let column, let kind):
      Diagnosis(
        "target column '\(column)' is \(kind == "integer" || kind == "identifier" ? "an" : "a") \(kind), not a class",
        cure: "give another --target, or read it as one with --kind \(column)=category")
    case .continuousTarget(let column, let distinct):
      Diagnosis(
        "target column '\(column)' has \(distinct) different numbers, so it is a quantity, not a class",
        cure: "give it classes first by cutting it into bins, such as low, middle and high")
    case .oneClass(let column, let label):
      Diagnosis(
        "target column '\(column)' has one class, '\(label)'", cure: "give a column with two classes or more")
    case .badRatio(let text, let cure): Diagnosis("the ratio '\(text)' cannot be used", cure: cure)
    case .unknownClass(let label, let column, let known):
      Diagnosis("column '\(column)' has no class '\(label)'", cure: nearOrKnown(label, known))
    case .fewerThanPresent(let label, let asked, let present):
      Diagnosis(
        "class '\(label)' has \(present) rows already, more than the \(asked) asked for",
        cure: "give \(present) or more: rows are added, never taken away")
    case .shareOfMany(let share, let classes):
      Diagnosis(
        "the ratio \(share) compares two classes, and there are \(classes)",
        cure: "give the rows of each, such as --ratio A=400,B=300")
    case .shareTooSmall(let share, let present):
      Diagnosis(
        "the ratio \(share) is no more than the present \(String(format: "%.4g", present))",
        cure: "give a greater one, up to 1")
    case .tooFewRows(let label, let rows, let neighbours, let option):
      Diagnosis(
        "class '\(label)' has \(rows) rows, too few for \(neighbours) neighbours of each",
        cure: "give --\(option) \(max(1, rows - 1)) or less, or take --method random")
    case .oneRow(let label, let method):
      Diagnosis(
        "class '\(label)' has one row, and \(method) needs another to go towards",
        cure: "use --method random, or leave the class out with --ratio")
    case .tooFewToLearn(let label, let rows, let needed, let method):
      Diagnosis(
        "class '\(label)' has \(rows == 1 ? "one row" : "\(rows) rows"), and \(method) needs \(needed) to learn from",
        cure: "use --method random, or leave the class out with --ratio")
    case .unsuitedColumns(let method, let problem, let cure): Diagnosis("\(method) \(problem)", cure: "use \(cure)")
    case .noBase(let label, let method, let problem, let cure):
      Diagnosis("\(method) makes no rows of class '\(label)': \(problem)", cure: "use \(cure)")
    }
  }
}
