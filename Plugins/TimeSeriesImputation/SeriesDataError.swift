import Errors
import Tables

/// Why series cannot be learned or filled. The text names the column, the row, and the cure; rows are counted from 0 in
/// the error and from 1 in its text, the header apart.
enum SeriesDataError: DiagnosedError, Sendable, Equatable {
  /// A covariate is no column, or is the time or a group.
  case unknownCovariate(String, nearest: String?)
  /// A covariate is text, which cannot help.
  case textCovariate(String)
  /// There is no column to fill, or none with a value.
  case nothingToFill(empty: [String])
  /// A period of the calendar was asked for, and times are numbers.
  case noCalendar(String)
  /// A number is infinite.
  case infinite(column: String, row: Int)
  /// The model has a column that the table lacks.
  case missingColumn(String, nearest: String?)
  /// A column is held in another way than the model learned.
  case columnDiffers(String, found: String, expected: String)

  var diagnosis: Diagnosis {
    switch self {
    case .unknownCovariate(let name, let nearest):
      Diagnosis(
        "there is no column \"\(name)\" to be a covariate",
        cure: nearest.map { "did you mean \"\($0)\"?" } ?? "give one that is neither time nor group")
    case .textCovariate(let name):
      Diagnosis(
        "column \"\(name)\" is text and cannot be a covariate",
        cure: "give it another kind (--kind \(name)=category), or leave it out")
    case .nothingToFill(let empty):
      empty.isEmpty
        ? Diagnosis(
          "beside time, groups and covariates there is no column to fill",
          cure: "give fewer covariates or another --kind")
        : Diagnosis(
          "no column to fill has a value: \(empty.joined(separator: ", ")) \(empty.count == 1 ? "is" : "are") empty",
          cure: "give a table with at least one value to learn from")
    case .noCalendar(let period):
      Diagnosis(
        "there is no \(period) in a time column of numbers", cure: "give --set period=data, or a time column of dates")
    case .infinite(let column, let row):
      Diagnosis(
        "column \"\(column)\", row \(row + 1) below the header: the number is infinite",
        cure: "give the cell, or empty it if it is unknown")
    case .missingColumn(let name, let nearest):
      Diagnosis(
        "the model learned column \"\(name)\", which the table lacks",
        cure: nearest.map { "did you mean \"\($0)\"? Rename it" } ?? "give it, empty where it is unknown")
    case .columnDiffers(let name, let found, let expected):
      Diagnosis(
        "column \"\(name)\" holds \(found) where the model learned \(expected)",
        cure: "give it the same --kind, or train again")
    }
  }
}
