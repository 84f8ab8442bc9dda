import DiffusionCore
import DiffusionTesting
import Foundation
import Tables
import Tensors
import Testing

@testable import TimeSeriesImputation

@Suite("Series baselines")
struct BaselineTests {
  @Test("the plugin keeps the laws")
  func laws() throws {
    try checkPlugin(TimeSeriesImputationPlugin())
    try checkRegistry(try PluginRegistry([CorePlugin(), TimeSeriesImputationPlugin()]))
  }

  /// Times are uneven: a line over time is not a line over rows.
  private static let times = [0.0, 1, 2, 6, 10, 11]
  private static let values = [Double.nan, 1, .nan, 3, .nan, 8]

  @Test(
    "simple methods fill by their definition, rows in any order",
    arguments: [
      ("series-mean", [4.0, 1, 4, 3, 4, 8]), ("last-observation", [1.0, 1, 1, 3, 3, 8]),
      ("linear-interpolation", [1.0, 1, 1.4, 3, 7, 8]),
    ])
  func definitions(id: String, expected: [Double]) throws {
    let method = try #require(try PluginRegistry([TimeSeriesImputationPlugin()]).method(id) as? any SeriesImputer)
    let order = [4, 0, 3, 5, 1, 2]
    let (table, schema) = SampleSeries.plain(order.map { Self.times[$0] }, [order.map { Self.values[$0] }])
    let made = try SampleSeries.impute(
      method, table, schema, layout: SeriesLayout(time: "t"), request: ImputationRequest(point: .mean))
    // With so few cells nothing is known about errors, whose mean is taken for 0.
    for (row, place) in order.enumerated() { #expect(abs(made.filled.numbers("c0")[row] - expected[place]) < 1e-5) }
    #expect(made.columns.map(\.rows) == [[0, 1, 5]])
  }

  @Test("a course that repeats itself is found and followed, with a calendar and without")
  func seasonal() throws {
    for isHourly in [true, false] {
      let steps = 24 * 40
      let course = [0.0, 3, 1, 7, 2, 4, 6, 5]
      var truth: [Double] = []
      for step in 0..<steps {
        let small = Double(step % 7) / 1000
        truth.append(course[step % 24 / 3] + small)
      }
      var given: [Double] = truth
      for start in stride(from: 30, to: steps - 20, by: 97) {
        for step in start..<start + 14 { given[step] = Double.nan }
      }
      let table: Table, schema: Schema, layout: SeriesLayout
      if isHourly {
        schema = SampleSeries.schema(1)
        table = Table(columns: [
          Column(name: "time", values: .numbers((0..<steps).map { 18_262 * 86_400 + 3600 * Double($0) })),
          Column(name: "site", values: .categories(indices: Array(repeating: 0, count: steps), levels: ["a"])),
          Column(name: "c0", values: .numbers(given)),
        ])
        layout = SampleSeries.layout
      } else {
        (table, schema) = SampleSeries.plain((0..<steps).map { Double($0) * 0.5 }, [given])
        layout = SeriesLayout(time: "t")
      }
      let made = try SampleSeries.impute(SeriesBaseline<SeasonalModel>(), table, schema, layout: layout)
      let filled = made.filled.numbers("c0")
      let worst = filled.indices.map { abs(filled[$0] - truth[$0]) }.max() ?? 0
      // Two digits of the hourly column, and the course that is no part of the day.
      #expect(worst < 0.25, "\(isHourly)")
    }
  }

  @Test("ridge is far better than interpolation where channels go together")
  func ridge() throws {
    let (table, truth, schema) = SampleSeries.hourly(steps: 1500, channels: 6)
    let line = try SampleSeries.impute(SeriesBaseline<LinearInterpolationModel>(), table, schema)
    let ridge = try SampleSeries.impute(SeriesBaseline<RidgeModel>(), table, schema)
    // Three hidden factors of six channels: others tell a gap to within the noise of .1 × 5.
    #expect(SampleSeries.error(ridge, truth) < 0.6 * SampleSeries.error(line, truth))
  }

  @Test("observed cells stay, numbers keep range and digits, the same bytes come from any number of threads")
  func promises() throws {
    let (table, _, schema) = SampleSeries.hourly(steps: 120, channels: 3, entities: 5)
    for method in SampleSeries.methods {
      let request = ImputationRequest(seed: 3, threads: 1, draws: 3, interval: 0.9)
      let made = try SampleSeries.impute(method, table, schema, request: request)
      var other = request
      other.threads = 3
      let again = try SampleSeries.impute(method, table, schema, request: other, threads: 3)
      #expect(again.filled == made.filled && again.columns == made.columns)
      for column in made.columns {
        let given = table.columns[column.column], name = given.name
        let before = table.numbers(name), after = made.filled.numbers(name)
        let range = before.filter { !$0.isNaN }.min()!...before.filter { !$0.isNaN }.max()!
        #expect(before.indices.allSatisfy { before[$0].isNaN || before[$0] == after[$0] })
        #expect(column.rows == before.indices.filter { before[$0].isNaN })
        for numbers in [column.rows.map { after[$0] }, column.lower, column.upper] + column.draws {
          #expect(numbers.count == column.rows.count)
          #expect(numbers.allSatisfy { range.contains($0) && abs($0 * 100 - ($0 * 100).rounded()) < 1e-6 })
        }
        #expect(column.rows.indices.allSatisfy { column.lower[$0] <= column.upper[$0] })
      }
    }
  }

  @Test("a model from a file fills as the one that was learned, and other rows too")
  func archive() throws {
    let (table, _, schema) = SampleSeries.hourly(steps: 200, channels: 3)
    let (other, _, _) = SampleSeries.hourly(steps: 50, channels: 3, entities: 2, seed: 9)
    for method in SampleSeries.methods {
      let model = try method.fitImputer(
        table, schema: schema, series: SampleSeries.layout, options: try method.descriptor.options(parsing: [:]),
        run: TrainingRun())
      let loaded = try method.loadImputer(try ModelArchive(data: try model.archive().data()))
      let request = ImputationRequest(draws: 2, interval: 0.8)
      let (a, b) = (try loaded.impute(table, request), try model.impute(table, request))
      #expect(a.filled == b.filled && a.columns == b.columns)
      let made = try loaded.impute(other, request)
      #expect(made.filled.columns.allSatisfy { $0.missingCount == 0 })
      #expect(loaded.series == SampleSeries.layout && loaded.schema == schema)
    }
  }
}
