import DiffusionCore
import Foundation
import Tables
import Testing

@testable import TimeSeriesImputation

@Suite("Series diffusion and CSDI as methods")
struct DiffusionMethodTests {
  /// The methods with networks small enough for a test.
  static let cases: [(id: String, options: [String: String])] = [
    (
      "series-diffusion",
      ["window": "12", "width": "16", "blocks": "1", "batch": "8", "masks": "4", "evaluations": "4", "draws": "8"]
    ),
    ("csdi", ["window": "12", "width": "16", "blocks": "1", "batch": "8", "noise-steps": "10", "draws": "4"]),
  ]

  private static func fit(
    _ id: String, _ options: [String: String], _ table: Table, _ schema: Schema,
    layout: SeriesLayout = SampleSeries.layout, steps: Int = 12, threads: Int = 1
  ) throws -> (method: any SeriesImputer, model: any FittedImputer) {
    let method = try #require(try PluginRegistry([TimeSeriesImputationPlugin()]).method(id) as? any SeriesImputer)
    var run = TrainingRun()
    run.steps = steps
    run.threads = threads
    let parsed = try method.descriptor.options(parsing: options)
    return (method, try method.fitImputer(table, schema: schema, series: layout, options: parsed, run: run))
  }

  @Test(
    "the laws of imputers: given cells stay, gaps are filled within the range, the same bytes again", arguments: cases)
  func laws(id: String, options: [String: String]) throws {
    let (table, _, schema) = SampleSeries.hourly(steps: 120, channels: 3, entities: 2)
    let request = ImputationRequest(seed: 3, threads: 1, draws: 4, interval: 0.9)
    let (method, model) = try Self.fit(id, options, table, schema)
    let made = try model.impute(table, request)
    for (column, filled) in zip(table.columns, made.filled.columns) {
      guard case .numbers(let given) = column.values, case .numbers(let numbers) = filled.values else { continue }
      let known = given.filter { !$0.isNaN }
      #expect(zip(given, numbers).allSatisfy { $0.isNaN || $0 == $1 })
      #expect(numbers.allSatisfy { $0 >= known.min()! && $0 <= known.max()! })
    }
    for column in made.columns {
      #expect(column.draws.count == 4 && column.draws.allSatisfy { $0.count == column.rows.count })
      #expect(zip(column.lower, column.upper).allSatisfy { $0 <= $1 })
    }
    expect(try model.impute(table, request), is: made)

    // Threads change nothing, and neither does the way through a file.
    let (_, again) = try Self.fit(id, options, table, schema, threads: 2)
    var more = request
    more.threads = 2
    expect(try again.impute(table, more), is: made)
    let stored = try method.loadImputer(try ModelArchive(data: try model.archive().data()))
    expect(try stored.impute(table, request), is: made)
    #expect(stored.schema == model.schema && stored.series == model.series && stored.report == model.report)
  }

  private func expect(_ one: Imputation, is other: Imputation) {
    #expect(one.filled == other.filled && one.columns == other.columns)
  }

  @Test("series of any length, with channels and windows that are empty, on their own times", arguments: cases)
  func shapes(id: String, options: [String: String]) throws {
    var random = DiffusionNetworkTests.random(7)
    let times = [0.0, 1, 2, 3, 4, 5, 6, 7, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 900]
    let one = times.indices.map { $0 % 5 == 2 || (9...20).contains($0) ? Double.nan : Double(random.normal()) }
    let (table, schema) = SampleSeries.plain(times, [one, times.map { _ in .nan }])
    let (_, model) = try Self.fit(id, options, table, schema, layout: SeriesLayout(time: "t"), steps: 3)
    let made = try model.impute(table, ImputationRequest(threads: 1))
    #expect(made.filled.numbers("c0").allSatisfy { $0.isFinite })
    // A channel without any value stays empty.
    #expect(made.filled.numbers("c1").allSatisfy { $0.isNaN })
  }

  @Test("a model of short series fills long ones", arguments: cases)
  func longer(id: String, options: [String: String]) throws {
    // No window of these can tell how draws go on from one to the next.
    let (short, _, schema) = SampleSeries.hourly(steps: 10, channels: 2, entities: 30)
    let (_, model) = try Self.fit(id, options, short, schema, steps: 3)
    let (long, _, _) = SampleSeries.hourly(steps: 100, channels: 2)
    let made = try model.impute(long, ImputationRequest(seed: 1, threads: 1, draws: 4))
    for (given, filled) in zip(long.columns, made.filled.columns) {
      guard case .numbers(let before) = given.values, case .numbers(let after) = filled.values else { continue }
      #expect(zip(before, after).allSatisfy { $0 == $1 || $0.isNaN && $1.isFinite })
    }
    #expect(made.columns.allSatisfy { column in column.draws.allSatisfy { $0.allSatisfy(\.isFinite) } })
    #expect(made.columns.contains { !$0.rows.isEmpty })
  }

  @Test("a table without gaps is returned as it is", arguments: cases)
  func complete(id: String, options: [String: String]) throws {
    let (_, truth, schema) = SampleSeries.hourly(steps: 60, channels: 2, missing: 0)
    let (_, model) = try Self.fit(id, options, truth, schema, steps: 3)
    let made = try model.impute(truth, ImputationRequest())
    #expect(made.filled == truth && made.columns.isEmpty)
  }

  @Test("a run that was told to stop stops", arguments: cases)
  func cancellation(id: String, options: [String: String]) throws {
    let (table, _, schema) = SampleSeries.hourly(steps: 60, channels: 2)
    let method = try #require(try PluginRegistry([TimeSeriesImputationPlugin()]).method(id) as? any SeriesImputer)
    var run = TrainingRun()
    run.steps = 50
    run.shouldContinue = { $0.step < 2 }
    #expect(throws: CancellationError.self) {
      _ = try method.fitImputer(
        table, schema: schema, series: SampleSeries.layout, options: try method.descriptor.options(parsing: options),
        run: run)
    }
    let (_, model) = try Self.fit(id, options, table, schema, steps: 2)
    var request = ImputationRequest()
    request.shouldContinue = { _ in false }
    #expect(throws: CancellationError.self) { _ = try model.impute(table, request) }
  }

  @Test("training helps: bent relations between channels that a ridge cannot follow")
  func learns() throws {
    // The second channel is the absolute value of the first: nothing linear tells one from the other.
    var random = DiffusionNetworkTests.random(11)
    let steps = 1500
    let first = (0..<steps).map { _ in Double(random.normal()) }
    var second = first.map { abs($0) }
    let truth = second
    for step in 0..<steps where random.uniform() < 0.2 { second[step] = .nan }
    let (table, schema) = SampleSeries.plain((0..<steps).map { Double($0) }, [first, second])
    func error(_ made: Imputation) -> Double {
      let filled = made.filled.numbers("c1")
      let rows = second.indices.filter { second[$0].isNaN }
      return rows.reduce(0) { $0 + abs(filled[$1] - truth[$1]) } / Double(rows.count)
    }
    let layout = SeriesLayout(time: "t")
    let ridge = try SampleSeries.impute(SeriesBaseline<RidgeModel>(), table, schema, layout: layout)
    let (_, model) = try Self.fit(
      "series-diffusion",
      ["window": "16", "width": "32", "blocks": "1", "batch": "32", "masks": "8", "draws": "16"], table, schema,
      layout: layout, steps: 250, threads: 2)
    let made = try model.impute(table, ImputationRequest(seed: 1, threads: 2, interval: 0.9))
    #expect(error(made) < 0.6 * error(ridge), "\(error(made)) against \(error(ridge))")
    let column = made.columns[0]
    let inside = column.rows.indices.filter {
      (column.lower[$0]...column.upper[$0]).contains(truth[column.rows[$0]])
    }
    // 300 cells: the share's standard error is .017; the calibration's few cells add as much.
    let share = Double(inside.count) / Double(column.rows.count)
    #expect((0.8...0.99).contains(share), "\(share)")
  }
}
