import ArgumentParser
import Tables

/// The form of a CSV file and the kinds of its columns, where the file itself does not tell.
struct FormatOptions: ParsableArguments {
  @Option(
    help: .init(
      "The character between fields: comma, semicolon, tab or pipe.", discussion: "Found by itself.", valueName: "char")
  )
  var delimiter: String?

  @Flag(help: "The first row is data; columns are named column1, column2, ….")
  var noHeader = false

  @Flag(help: "Numbers are written 1,5.")
  var decimalComma = false

  @Flag(help: "Numbers are written 1.5.")
  var decimalPoint = false

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init("Texts that stand for missing beside the empty field, such as '?,NA'. Repeatable.", valueName: "texts"))
  var missing: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init(
      "The kind of a column, such as zip=category: integer, decimal, boolean, category, date, dateTime, identifier, constant or text. Repeatable.",
      valueName: "column=kind"))
  var kind: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init("The format of a date column, such as born=dd.MM.yyyy. Repeatable.", valueName: "column=format"))
  var dateFormat: [String] = []

  @Option(parsing: .unconditionalSingleValue, help: .init("Leaves a column out. Repeatable.", valueName: "column"))
  var drop: [String] = []

  @Option(
    help: .init(
      "The memory that reading a table may take, such as 4G or 500M; half of the machine's by default.",
      valueName: "size"))
  var memory: String?

  func validate() throws {
    _ = try limits()
    if decimalComma, decimalPoint { throw ValidationError("give one of --decimal-comma and --decimal-point") }
  }

  /// What the options say to a reader of CSV.
  func csvOptions() throws -> CSVReadOptions {
    var options = CSVReadOptions(header: !noHeader)
    if let delimiter { options.delimiter = try CSVFormat.Delimiter(named: delimiter) }
    if decimalComma || decimalPoint { options.decimalComma = decimalComma }
    options.missing = missing.flatMap { $0.split(separator: ",").map(String.init) }
    for text in kind {
      let (column, value) = try pair(text, "--kind zip=category")
      options.kinds[column] = try ColumnKind.Name(named: value)
    }
    for text in dateFormat {
      let (column, value) = try pair(text, "--date-format born=dd.MM.yyyy")
      options.dateFormats[column] = try DateFormat(pattern: value)
    }
    options.dropped = Set(drop)
    options.limits = try limits()
    return options
  }

  /// What reading may take.
  func limits() throws -> ReadingLimits {
    var limits = ReadingLimits()
    guard let memory else { return limits }
    let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
    var text = memory.uppercased()
    if text.hasSuffix("B") { text.removeLast() }
    if text.hasSuffix("I") { text.removeLast() }
    let unit = text.last.flatMap { units[$0] }
    if unit != nil { text.removeLast() }
    guard let number = Double(text), number.isFinite, number > 0, number * (unit ?? 1) >= 1 else {
      throw ValidationError("--memory '\(memory)' is not a size: write it as 4G or 500M")
    }
    limits.memory = Int(clamping: number * (unit ?? 1))
    // Who says how much memory a file may take knows the file.
    limits.expansion = nil
    return limits
  }

  private func pair(_ text: String, _ example: String) throws(Failure) -> (String, String) {
    // A column's name may hold the sign; kinds and formats do not.
    guard let sign = text.lastIndex(of: "="), sign > text.startIndex else {
      throw Failure(.usage, "'\(text)' is not COLUMN=VALUE", cure: "write it as \(example)")
    }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }
}
