import DiffusionCore
import Foundation
import Tables

@testable import Imputing

/// An imputer for tests: it fills numbers with the truth plus an offset, and categories with a level of its choice.
struct FixtureImputer: TableImputer, SeriesImputer {
  var id = "fixture"
  var isBaseline = false
  /// What is true, by column name; without it the mean of the column is filled in.
  var truth: Table?
  /// The error of every number.
  var offset = 0.0
  var draws = 0
  /// Half the width of intervals; nil for none.
  var halfWidth: Double?
  /// Seconds that filling is said to take.
  var secondsToFill = 0.0
  /// Seconds that a fit takes.
  var secondsToFit = 0.0
  /// Thrown by `fit`.
  var failure: FixtureFailure?
  /// The tables that were fitted to.
  let fitted = FittedTables()

  var descriptor: MethodDescriptor {
    MethodDescriptor(id: id, tasks: [.impute], summary: "For tests.", citation: "")
  }

  func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    try fitted(to: table, schema, nil, run)
  }

  func fitImputer(
    _ table: Table, schema: Schema, series: SeriesLayout, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    try fitted(to: table, schema, series, run)
  }

  private func fitted(to table: Table, _ schema: Schema, _ series: SeriesLayout?, _ run: TrainingRun) throws -> Fitted {
    if let failure { throw failure }
    if let most = run.secondsToFill, secondsToFill > most { throw FillingTooSlow() }
    Thread.sleep(forTimeInterval: secondsToFit)
    fitted.append(table)
    return Fitted(method: self, schema: schema, series: series)
  }

  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer { throw FixtureFailure() }

  struct Fitted: FittedImputer {
    let method: FixtureImputer
    let schema: Schema
    let series: SeriesLayout?
    var report: FitReport? { nil }

    func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
      guard request.shouldContinue(0.5) else { throw CancellationError() }
      var filled = table
      var columns: [ImputedColumn] = []
      for (place, column) in table.columns.enumerated() {
        let rows = (0..<column.count).filter { column.isMissing($0) }
        guard !rows.isEmpty else { continue }
        var answer = ImputedColumn(column: place, rows: rows)
        switch column.values {
        case .numbers(var numbers):
          let present = numbers.filter { !$0.isNaN }
          let mean = present.reduce(0, +) / Double(max(present.count, 1))
          for row in rows { numbers[row] = (truth(table, place, row) ?? mean) + method.offset }
          filled.columns[place].values = .numbers(numbers)
          let values = rows.map { numbers[$0] }
          if let half = method.halfWidth {
            answer.lower = values.map { $0 - half }
            answer.upper = values.map { $0 + half }
          }
          let count = request.draws > 0 ? method.draws : 0
          answer.draws = (0..<count).map { draw in values.map { $0 + Double(draw) } }
        case .categories(var indices, let levels):
          for row in rows { indices[row] = 0 }
          filled.columns[place].values = .categories(indices: indices, levels: levels)
          let count = request.draws > 0 ? method.draws : 0
          answer.draws = (0..<count).map { _ in rows.map { _ in 0 } }
        case .texts: continue
        }
        columns.append(answer)
      }
      return Imputation(filled: filled, columns: columns)
    }

    /// Rows are told apart by the first column, which is never missing.
    private func truth(_ table: Table, _ place: Int, _ row: Int) -> Double? {
      guard let truth = method.truth, case .numbers(let keys) = table.columns[0].values,
        case .numbers(let all) = truth.columns[0].values, let found = all.firstIndex(of: keys[row])
      else { return nil }
      return truth.columns[place].number(found)
    }

    func archive() throws -> ModelArchive { ModelArchive() }
  }
}

struct FixtureFailure: Error, CustomStringConvertible {
  var description: String { "it does not want to" }
}

/// Tables that were seen, to look at afterwards.
final class FittedTables: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: [Table] = []
  var tables: [Table] { lock.withLock { stored } }
  func append(_ table: Table) { lock.withLock { stored.append(table) } }
}

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// Reads a table from text.
func read(_ text: String, _ options: CSVReadOptions = .init()) throws -> CSVReader.Result {
  try CSVReader(CSVText(text, named: "table.csv"), options: options).read()
}

/// Hourly readings of a station or several, with a gap wherever `isMissing` says so.
func readings(
  stations: Int = 1, hours: Int = 200,
  isMissing: (_ station: Int, _ hour: Int, _ channel: Int) -> Bool = { _, _, _ in false }
) throws -> CSVReader.Result {
  let format = try DateFormat(pattern: "yyyy-MM-dd HH:mm")
  var text = stations > 1 ? "station,when,a,b\n" : "when,a,b\n"
  for hour in 0..<hours {
    for station in 0..<stations {
      let values = [10 * sin(Double(hour) / 5) + Double(station), 5 * cos(Double(hour) / 9)]
      let cells = values.enumerated().map { isMissing(station, hour, $0) ? "" : String(format: "%.3f", $1) }
      let when = format.text(
        of: 1_700_000_000 - 1_700_000_000.truncatingRemainder(dividingBy: 3600) + Double(hour) * 3600)
      text += (stations > 1 ? "s\(station)," : "") + when + "," + cells.joined(separator: ",") + "\n"
    }
  }
  return try read(text)
}
