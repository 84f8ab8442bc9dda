import ArgumentParser
import DiffusionCore
import Imputing
import Tables

/// Which columns make a table a set of series, and which are filled.
struct SeriesOptions: ParsableArguments {
  @Option(
    help: .init(
      "The column that tells the time: dates, date-times or numbers. Found by itself where there is one.",
      valueName: "column"))
  var time: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init("A column that tells series apart, such as a station. Repeatable.", valueName: "column"))
  var group: [String] = []

  @Flag(help: "Takes the rows for a table: their order and their times mean nothing.")
  var table = false

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init("Columns that help and are never filled: names with commas between. Repeatable.", valueName: "columns"))
  var covariates: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init("The columns to fill: names with commas between. Repeatable. All by default.", valueName: "columns"))
  var columns: [String] = []

  @Option(
    help: .init(
      "Adds a row for every time step that is missing between two rows, such as 1h, 15m or 1d; for a time that is a number, that number.",
      valueName: "step"))
  var every: String?

  @Option(
    help: .init(
      "Rows of one series with the same time become one: mean, first or last. By default they are an error.",
      valueName: "rule"),
    transform: { text in
      guard let rule = DuplicateRule(rawValue: text) else {
        throw ValidationError("--duplicates is mean, first or last")
      }
      return rule
    })
  var duplicates: DuplicateRule?

  /// Whether any of them was given.
  var isGiven: Bool {
    time != nil || !group.isEmpty || table || !covariates.isEmpty || !columns.isEmpty || every != nil
      || duplicates != nil
  }

  func validate() throws {
    guard table else { return }
    if time != nil || !group.isEmpty || every != nil || duplicates != nil {
      throw ValidationError("--table has no time: leave out --time, --group, --every and --duplicates")
    }
  }
}

/// Whether methods are measured before one is taken.
struct CheckingOptions: ParsableArguments {
  @Flag(help: "Leaves out the self-check: no values are hidden, and no other methods are tried.")
  var noCheck = false
}

/// What is filled in, and what is written beside it.
struct FillingOptions: ParsableArguments {
  @Option(
    help: .init("The value that is written: median, mean or mode of what is likely.", valueName: "value"),
    transform: { text in
      guard let point = ImputationRequest.Point(rawValue: text) else {
        throw ValidationError("--point is median, mean or mode")
      }
      return point
    })
  var point = ImputationRequest.Point.median

  @Option(
    parsing: .unconditional,
    help: .init(
      "Adds columns NAME_lower and NAME_upper: between them lie so many percent of the true values.",
      valueName: "percent"))
  var interval: Double?

  @Flag(help: "Adds a column NAME_imputed for each filled column: true where a value was filled in.")
  var flags = false

  @Option(
    parsing: .unconditional,
    help: .init("Draws so many completed tables, for multiple imputation.", valueName: "number"))
  var draws: Int?

  @Option(
    help: .init("Where they go, one below the other, with a column 'draw' in front.", valueName: "draws.csv"),
    completion: .file())
  var drawsOutput: String?

  @Option(
    help: .init(
      "Leaves gaps empty that are longer: a time such as 6h, or a number of time steps.", valueName: "length"),
    transform: { text in
      guard let length = TimeLength(text) else {
        throw ValidationError("write a time such as 6h or 2d, or a number of time steps")
      }
      return length
    })
  var maxGap: TimeLength?

  func validate() throws {
    if let interval, !(interval > 0 && interval < 100) {
      throw ValidationError("--interval is a number of percent between 0 and 100, such as 90")
    }
    if let draws, !(1...1000).contains(draws) { throw ValidationError("--draws is a number from 1 to 1000") }
    if draws != nil, drawsOutput == nil {
      throw ValidationError("--draws needs a file for the drawn tables: --draws-output DRAWS.csv")
    }
    if draws == nil, drawsOutput != nil {
      throw ValidationError("--draws-output needs the number of tables: --draws 20")
    }
  }
}
