import DiffusionCore
import Foundation
import Tables
import Testing

@testable import TimeSeriesImputation

@Suite("Bad and scant series")
struct BadSeriesTests {
  private func fit(
    _ table: Table, _ schema: Schema, _ layout: SeriesLayout = SeriesLayout(time: "t"),
    _ method: any SeriesImputer = SeriesBaseline<LinearInterpolationModel>()
  ) throws -> any FittedImputer {
    try method.fitImputer(
      table, schema: schema, series: layout, options: try method.descriptor.options(parsing: [:]), run: TrainingRun())
  }

  @Test("bad data are refused with their place")
  func refused() throws {
    let (table, schema) = SampleSeries.plain([0, 1, 2], [[1, .nan, 3], [.nan, 2, .infinity]])
    func error(_ table: Table, _ layout: SeriesLayout) -> SeriesDataError? {
      #expect(throws: SeriesDataError.self) { try fit(table, schema, layout) }
    }
    #expect(error(table, SeriesLayout(time: "t")) == .infinite(column: "c1", row: 2))
    #expect(
      error(table, SeriesLayout(time: "t", covariates: ["c2"])) == .unknownCovariate("c2", nearest: "c0"))
    let (empty, _) = SampleSeries.plain([0, 1], [[.nan, .nan], [.nan, .nan]])
    #expect(error(empty, SeriesLayout(time: "t")) == .nothingToFill(empty: ["c0", "c1"]))
    #expect(throws: SeriesError.self) { try fit(table, schema, SeriesLayout(time: "x")) }
  }

  @Test("a model refuses a table whose columns differ")
  func otherColumns() throws {
    let (table, schema) = SampleSeries.plain([0, 1, 2], [[1, .nan, 3], [4, 5, 6]])
    let model = try fit(table, schema)
    var renamed = table
    renamed.columns[2].name = "c_1"
    #expect(throws: SeriesDataError.missingColumn("c1", nearest: "c_1")) {
      try model.impute(renamed, ImputationRequest())
    }
    var texts = table
    texts.columns[1].values = .categories(indices: [0, 0, 0], levels: ["x"])
    #expect(throws: SeriesDataError.columnDiffers("c0", found: "categories", expected: "numbers")) {
      try model.impute(texts, ImputationRequest())
    }
    var infinite = table
    infinite.columns[2].values = .numbers([1, -.infinity, 2])
    #expect(throws: SeriesDataError.infinite(column: "c1", row: 1)) { try model.impute(infinite, ImputationRequest()) }
  }

  @Test("scant series are filled by every method: one observation, entities of one row, a channel that an entity lacks")
  func scant() throws {
    let nan = Double.nan
    let times = [0.0, 3600, 7200, 0, 0, 3600]
    let table = Table(columns: [
      Column(name: "time", values: .numbers(times)),
      Column(name: "site", values: .categories(indices: [0, 0, 0, 1, 2, 2], levels: ["a", "b", "c"])),
      Column(name: "c0", values: .numbers([nan, 5, nan, nan, nan, nan])),
      Column(name: "c1", values: .numbers([1, nan, 3, 2, nan, nan])),
    ])
    let request = ImputationRequest(draws: 4, interval: 0.9)
    for method in SampleSeries.methods {
      let made = try fit(table, SampleSeries.schema(2), SampleSeries.layout, method).impute(table, request)
      // With one observation its own value is all that is known.
      #expect(made.filled.numbers("c0").allSatisfy { $0 == 5 })
      #expect(made.filled.numbers("c1").allSatisfy { (1...3).contains($0) })
      #expect(made.columns.allSatisfy { $0.draws.count == 4 && $0.lower.count == $0.rows.count })
    }
  }

  @Test("gaps longer than any that was seen, at the ends too, are filled with finite numbers")
  func longGaps() throws {
    let (table, _, schema) = SampleSeries.hourly(steps: 400, channels: 3, missing: 0.05)
    var other = table
    for column in 2..<5 {
      var values = other.numbers("c\(column - 2)")
      for row in 0..<(column == 4 ? 400 : 380) { values[row] = .nan }
      other.columns[column].values = .numbers(values)
    }
    for method in SampleSeries.methods {
      let made = try fit(table, schema, SampleSeries.layout, method).impute(
        other, ImputationRequest(draws: 2, interval: 0.9))
      #expect(made.filled.columns.allSatisfy { $0.missingCount == 0 })
      #expect(made.columns.allSatisfy { $0.draws.joined().allSatisfy(\.isFinite) && $0.upper.allSatisfy(\.isFinite) })
    }
  }

  @Test("a complete table comes back as it is")
  func complete() throws {
    let (table, schema) = SampleSeries.plain([0, 1, 2, 3], [[1, 2, 3, 4]])
    for method in SampleSeries.methods {
      let made = try fit(table, schema, SeriesLayout(time: "t"), method).impute(table, ImputationRequest(interval: 0.9))
      #expect(made.filled == table && made.columns.isEmpty)
    }
  }

  @Test("a wish to stop is heard")
  func cancelled() throws {
    let (table, _, schema) = SampleSeries.hourly(steps: 60, channels: 2)
    for method in SampleSeries.methods {
      let model = try fit(table, schema, SampleSeries.layout, method)
      var request = ImputationRequest()
      request.shouldContinue = { _ in false }
      #expect(throws: CancellationError.self) { try model.impute(table, request) }
    }
  }
}
