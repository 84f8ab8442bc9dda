import Errors

/// Why a table is no set of series. The text names the column, the rows, and the cure; rows are counted from 0 in the
/// error and from 1 in its text, the header apart.
public enum SeriesError: DiagnosedError, Sendable, Equatable {
  /// There is no such column.
  case unknownColumn(String, nearest: String?)
  /// The column's values are no times.
  case notATime(column: String, kind: ColumnKind.Name, found: String?)
  /// The same column is named as time and as group.
  case timeIsGroup(String)
  /// A row has no time.
  case missingTime(column: String, row: Int)
  /// A row has an infinite time, or one that is too far from the others to count steps.
  case infiniteTime(column: String, row: Int)
  /// A row does not say to which entity it belongs.
  case missingGroup(column: String, row: Int)
  /// Two rows of an entity have the same time.
  case duplicateTime(column: String, time: String, entity: [String], first: Int, second: Int)

  /// What is wrong with which column and row, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .unknownColumn(let name, let nearest):
      Diagnosis(
        "there is no column \"\(name)\"",
        cure: nearest.map { "did you mean \"\($0)\"?" } ?? "give one of the header's names")
    case .notATime(let column, let kind, let found):
      Diagnosis(
        "column \"\(column)\" is no time: it holds \(Self.plural(kind))\(found.map { ", such as \"\($0)\"" } ?? "")",
        cure: "give a column of dates, date-times or numbers, or its format (--date-format \(column)=dd.MM.yyyy)")
    case .timeIsGroup(let column):
      Diagnosis("column \"\(column)\" is named as time and as group", cure: "give each its own column")
    case .missingTime(let column, let row):
      Diagnosis(
        "column \"\(column)\", row \(row + 1) below the header: the time is missing", cure: "give it, or remove the row"
      )
    case .infiniteTime(let column, let row):
      Diagnosis(
        "column \"\(column)\", row \(row + 1) below the header: the time is infinite, or too far from the others",
        cure: "correct it, or remove the row")
    case .missingGroup(let column, let row):
      Diagnosis(
        "column \"\(column)\", row \(row + 1) below the header: it is missing which entity this is",
        cure: "give it, or remove the row")
    case .duplicateTime(let column, let time, let entity, let first, let second):
      Diagnosis(
        "column \"\(column)\": rows \(first + 1) and \(second + 1) below the header have the same time \(time)"
          + (entity.isEmpty ? "" : " for \(entity.joined(separator: ", "))"),
        cure: "give --duplicates mean, first or last"
          + (entity.isEmpty ? ", or the column that tells series apart (--group)" : ""))
    }
  }

  private static func plural(_ kind: ColumnKind.Name) -> String {
    switch kind {
    case .integer, .decimal: "numbers"
    case .boolean, .category: "categories"
    case .date, .dateTime: "dates"
    case .identifier: "identifiers"
    case .constant: "one and the same text"
    case .text: "texts"
    }
  }
}
