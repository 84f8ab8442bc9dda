import DiffusionCore
import Foundation
import Imputing
import Tables

/// A file on its way to be filled: read, taken for a table or for series, its rows merged and added as was asked.
struct ImputationInput {
  /// The file as it stands.
  let text: CSVText
  /// What each column of the file is.
  private(set) var schema: Schema
  /// The rows, and where each came from.
  private(set) var rows: SeriesRows
  /// Which columns tell time and entity; nil for a table.
  private(set) var layout: SeriesLayout?
  /// Where the series are; nil for a table.
  private(set) var index: SeriesIndex?
  /// The columns to fill, in the order of the file.
  private(set) var wanted: [String] = []
  /// Columns without a single value, which stay empty.
  private(set) var empty: [String] = []

  /// Reads and checks all that was asked, so that nothing is found wrong after long work.
  ///
  /// - Parameter model: the model that is to fill the gaps; nil where one is to be fitted.
  init(
    path: String, reading: ReadingOptions, series: SeriesOptions, model: (any FittedImputer)?, console: Console
  ) throws {
    text = try CSVText(at: path, limits: try reading.format.limits())
    let name = path == "-" ? "standard input" : path
    let read = try Self.read(text, name, reading, series, model)
    console.report(read.notes)
    schema = read.schema
    rows = SeriesRows(read.table)

    let known = schema.columns.map(\.name)
    let covariates = try ColumnList.names(series.covariates, among: known, flag: "--covariates")
    let groups = try series.group.map { group in
      guard known.contains(group) else { throw ColumnList.unknown(group, among: known, flag: "--group") }
      return group
    }
    if let time = series.time, !known.contains(time) {
      throw ColumnList.unknown(time, among: known, flag: "--time")
    }
    layout = try chosenLayout(series, groups, covariates, model, console)
    try prepareSeries(series, name, console)
    try chooseColumns(series, name, model, console)
  }

  // MARK: Reading

  private static func read(
    _ text: CSVText, _ name: String, _ reading: ReadingOptions, _ series: SeriesOptions, _ model: (any FittedImputer)?
  ) throws -> CSVReader.Result {
    if let model {
      do {
        return try reading.read(text, as: model.schema)
      } catch var error as TableError where [.unknownColumn, .missingColumn].contains(error.reason) {
        error.problem = error.problem.replacingOccurrences(of: "the schema", with: "the model")
        error.expected = error.expected?.replacingOccurrences(of: "the schema", with: "the model")
        throw error
      }
    }
    let result = try reading.read(text, keepsEmptyColumns: true)
    // A time that counts the rows looks like an identifier.
    guard let time = series.time, case .identifier? = result.schema[time]?.kind, reading.schema == nil else {
      return result
    }
    let numbers = try? reading.read(text, keepsEmptyColumns: true, kinds: [time: .integer])
    return numbers ?? result
  }

  // MARK: Table or series

  private func chosenLayout(
    _ series: SeriesOptions, _ groups: [String], _ covariates: [String], _ model: (any FittedImputer)?,
    _ console: Console
  ) throws -> SeriesLayout? {
    if let model {
      let known = model.series
      if series.table, known != nil {
        throw Failure(.usage, "the model fills series, not tables", cure: "leave out --table")
      }
      if let time = series.time, time != known?.time {
        throw Failure(
          .usage, "--time \(time): the model was fitted \(known.map { "with the time \($0.time)" } ?? "to a table")",
          cure: "leave out --time")
      }
      if !groups.isEmpty, groups != known?.groups ?? [] {
        throw Failure(.usage, "--group: the model was fitted with other groups", cure: "leave out --group")
      }
      if !covariates.isEmpty, covariates != known?.covariates ?? [] {
        throw Failure(.usage, "--covariates: the model was fitted with others", cure: "leave out --covariates")
      }
      return known
    }
    guard !series.table else {
      // Covariates of a table are columns that are not filled.
      return nil
    }
    let detection = SeriesDetection(rows.table, schema: schema)
    if let found = detection.find(time: series.time, groups: groups, covariates: covariates) {
      if series.time == nil || (series.group.isEmpty && !found.layout.groups.isEmpty) {
        let groups = found.layout.groups.map { "'\($0)'" }.joined(separator: ", ")
        let value = "in the order of '\(found.layout.time)'" + (groups.isEmpty ? "" : ", one for each \(groups)")
        console.announce(Choice("series", value, because: found.reason, flag: "--time, --group, --table"))
      }
      return found.layout
    }
    if let time = series.time { return SeriesLayout(time: time, groups: groups, covariates: covariates) }
    if !groups.isEmpty {
      throw Failure(
        .usage, "--group needs the column that tells the time, and none was found by itself",
        cure: "name it with --time COLUMN")
    }
    for (flag, isGiven) in [("--every", series.every != nil), ("--duplicates", series.duplicates != nil)] where isGiven
    {
      throw Failure(
        .usage, "\(flag) is for series, and no column tells the time by itself", cure: "name it with --time COLUMN")
    }
    console.announce(
      Choice(
        "table", "of independent rows", because: "no column holds dates that increase from row to row",
        flag: "--time COLUMN takes it for series"))
    return nil
  }

  // MARK: Rows

  private mutating func prepareSeries(_ series: SeriesOptions, _ name: String, _ console: Console) throws {
    guard let layout else { return }
    if let rule = series.duplicates {
      let gone = rows.merge(time: layout.time, groups: layout.groups, rule: rule)
      if gone > 0 {
        console.say(
          "\(Wording.count(gone, "row")) with a time that was there already went into the row before (--duplicates \(rule.rawValue))"
        )
      }
    }
    var index = try indexed(layout, name)
    if let every = series.every {
      let step = try self.step(every, index)
      let limit = max(1_000_000, 10 * rows.table.rowCount)
      guard let added = rows.addSteps(of: step, index: index, layout: layout, schema: schema, limit: limit) else {
        throw Failure(
          .badData,
          "--every \(every) would add more than \(Wording.count(limit)) rows to \(Wording.count(rows.table.rowCount))",
          cure: "give a longer step, or tell series apart with --group")
      }
      console.say("\(Wording.count(added, "row")) added for time steps that were missing (--every \(every))")
      if added > 0 { index = try indexed(layout, name) }
    } else if let (count, step) = SeriesRows.missingSteps(index) {
      let text = index.unit == .seconds ? TimeLength.text(seconds: step) : "\(step)"
      console.say(
        "\(Wording.count(count, "time step")) of \(text) \(count == 1 ? "has" : "have") no row; --every \(text) adds rows for them"
      )
    }
    self.index = index
  }

  private func step(_ text: String, _ index: SeriesIndex) throws(Failure) -> Double {
    if index.unit == .own {
      guard let step = Double(text), step > 0, step.isFinite else {
        throw Failure(.usage, "--every \(text): the time is a number, and so is its step", cure: "write --every 1")
      }
      return step
    }
    guard case .seconds(let step)? = TimeLength(text) else {
      throw Failure(.usage, "--every \(text) is no time", cure: "write a time such as 1h, 15m or 1d")
    }
    return step
  }

  /// Finds the series; what is wrong is told by lines of the file.
  private func indexed(_ layout: SeriesLayout, _ name: String) throws -> SeriesIndex {
    do {
      return try SeriesIndex(rows.table, schema: schema, time: layout.time, groups: layout.groups)
    } catch {
      throw failure(error, layout, name)
    }
  }

  private func failure(_ error: SeriesError, _ layout: SeriesLayout, _ name: String) -> Failure {
    switch error {
    case .duplicateTime(_, let time, let entity, let first, let second):
      let lines = self.lines(first, second)
      let whose = entity.isEmpty ? "" : " for \(entity.joined(separator: ", "))"
      var cure = "give --duplicates mean, first or last"
      cure += entity.isEmpty ? ", or name the column that tells series apart (--group)" : ""
      if ClockChange.explains(repeatedTimes(layout)) {
        cure = "clocks were set back in that night, so the hour occurs twice: write times in UTC, or \(cure)"
      }
      return Failure(
        .badData,
        "\(name), lines \(lines[0]) and \(lines[1]): the same time \(time) in column '\(layout.time)'\(whose)",
        cure: cure)
    case .missingTime(let column, let row):
      return Failure(
        .badData, "\(name), line \(lines(row)[0]), column '\(column)': the time is missing",
        cure: "give the time, remove the row, or take the rows for a table (--table)")
    case .missingGroup(let column, let row):
      return Failure(
        .badData, "\(name), line \(lines(row)[0]), column '\(column)': it is missing to which series the row belongs",
        cure: "fill it in, remove the row, or leave the column out of --group")
    case .notATime(let column, let kind, let found):
      let dates = schema.columns.filter { [.date, .dateTime].contains($0.kind.name) }.map { "'\($0.name)'" }
      return Failure(
        .badData,
        "\(name), column '\(column)' is \(Self.described(kind))\(found.map { ", such as '\($0)'" } ?? ""), not a time",
        cure: dates.isEmpty
          ? "name a column of dates or numbers, or give its format: --date-format \(column)=dd.MM.yyyy"
          : "times are in \(dates.joined(separator: ", ")): give one of them to --time")
    default: return Failure(error)
    }
  }

  private func lines(_ places: Int...) -> [Int] {
    text.lines(ofRows: places.map { rows.sources[$0] ?? 0 }, format: schema.format)
  }

  /// Every time that an entity has twice.
  private func repeatedTimes(_ layout: SeriesLayout) -> [Double] {
    guard case .dateTime? = schema[layout.time]?.kind, case .numbers(let times)? = rows.table[layout.time]?.values
    else {
      return []
    }
    var merged = rows
    _ = merged.merge(time: layout.time, groups: layout.groups, rule: .first)
    guard case .numbers(let kept)? = merged.table[layout.time]?.values else { return [] }
    var counts: [Double: Int] = [:]
    for time in times { counts[time, default: 0] += 1 }
    for time in kept { counts[time, default: 0] -= 1 }
    return counts.filter { $0.value > 0 }.map(\.key)
  }

  private static func described(_ kind: ColumnKind.Name) -> String {
    switch kind {
    case .integer, .decimal: "a number"
    case .boolean, .category: "a category"
    case .date, .dateTime: "a date"
    case .identifier: "an identifier"
    case .constant: "one and the same text"
    case .text: "free text"
    }
  }

  // MARK: Columns

  private mutating func chooseColumns(
    _ series: SeriesOptions, _ name: String, _ model: (any FittedImputer)?, _ console: Console
  ) throws {
    let known = schema.columns.map(\.name)
    let asked = try ColumnList.names(series.columns, among: known, flag: "--columns")
    let covariates = try layout?.covariates ?? ColumnList.names(series.covariates, among: known, flag: "--covariates")
    let fixed = Set((layout.map { [$0.time] + $0.groups } ?? []) + covariates)
    for column in asked where fixed.contains(column) {
      throw Failure(
        .usage, "--columns: '\(column)' is a time, a group or a covariate, which is never filled", cure: "leave it out")
    }
    for column in schema.columns where !fixed.contains(column.name) && (asked.isEmpty || asked.contains(column.name)) {
      let missing = rows.table[column.name]?.missingCount ?? 0
      if missing == rows.table.rowCount, model == nil {
        empty.append(column.name)
      } else if column.isModelled {
        wanted.append(column.name)
      } else if case .constant = column.kind {
        continue
      } else if asked.contains(column.name) {
        throw Failure(
          .usage, "--columns: '\(column.name)' is \(Self.described(column.kind.name)), which cannot be filled",
          cure: "leave it out, or name its kind: --kind \(column.name)=category")
      } else if missing > 0 {
        console.say(
          "\(column.name) is \(Self.described(column.kind.name)): its \(Wording.count(missing, "missing value")) \(missing == 1 ? "stays" : "stay") empty (--kind \(column.name)=category fills it)"
        )
      }
    }
    if wanted.isEmpty {
      throw Failure(
        .badData,
        empty.isEmpty
          ? "\(name): no column can be filled: all are identifiers, free text, constants or covariates"
          : "\(name): \(empty.count == 1 ? "column '\(empty[0])' has" : "columns \(empty.joined(separator: ", ")) have") no value at all, so there is nothing to learn from",
        cure: "see what was found with langevin inspect")
    }
    for column in empty {
      console.report([
        TableNote(
          .warning, column: column, what: "No value at all: it stays empty.", why: "There is nothing to learn from.")
      ])
    }
  }

  /// The number of values in the columns to fill, and of missing cells.
  var counts: (values: Int, missing: Int) {
    let missing = wanted.reduce(0) { $0 + (rows.table[$1]?.missingCount ?? 0) }
    return (wanted.count * rows.table.rowCount - missing, missing)
  }

  /// A single value teaches nothing.
  func checkValues(_ path: String) throws(Failure) {
    guard counts.values < 2 else { return }
    throw Failure(
      .badData,
      "\(path == "-" ? "standard input" : path): \(counts.values == 1 ? "a single value is" : "no values are") too little to learn from",
      cure: "give more rows, or a model that was fitted before (--model)")
  }

  /// The rows as a method sees them: without columns that have no value.
  var modelled: (table: Table, schema: Schema) {
    let table = Table(columns: rows.table.columns.filter { !empty.contains($0.name) })
    var schema = schema
    schema.columns.removeAll { empty.contains($0.name) }
    // Rows that were added miss cells that the file does not.
    return (table, schema.counting(missingIn: table))
  }
}
