import DiffusionCore
import Foundation
import Tables
import Testing

@testable import TimeSeriesImputation

@Suite("Series as numbers")
struct SeriesCodingTests {
  private func mixed() -> (Table, Schema) {
    let table = Table(columns: [
      Column(name: "t", values: .numbers([0, 1, 2, 3, 4])),
      Column(name: "count", values: .numbers([3, .nan, 7, 0, 5])),
      Column(name: "state", values: .categories(indices: [0, 2, -1, 2, 1], levels: ["on", "off", "idle"])),
      Column(name: "warm", values: .numbers([1.25, .nan, 3.5, 2, 2])),
      Column(name: "note", values: .texts(["a", nil, "c", "d", "e"])),
      Column(name: "never", values: .numbers([.nan, .nan, .nan, .nan, .nan])),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "t", kind: .integer), ColumnSchema(name: "count", kind: .integer),
      ColumnSchema(name: "state", kind: .category, levels: ["on", "off", "idle"]),
      ColumnSchema(name: "warm", kind: .decimal(digits: 2)), ColumnSchema(name: "note", kind: .text),
      ColumnSchema(name: "never", kind: .decimal(digits: 1)),
    ])
    return (table, schema)
  }

  @Test("values come back from their channels, and channels are standardised")
  func roundTrip() throws {
    let (table, schema) = mixed()
    let coding = try SeriesCoding(table, schema: schema, layout: SeriesLayout(time: "t", covariates: ["warm"]))
    #expect(coding.columns.map(\.name) == ["count", "state"] && coding.covariates.map(\.name) == ["warm"])
    #expect(coding.empty == ["never"] && coding.channelCount == 4 && !coding.hasCalendar)
    let frame = try coding.frame(table, schema: schema)
    let values = frame.entities[0].values
    for (step, count) in table.numbers("count").enumerated() {
      #expect(values[step * 4].isNaN == count.isNaN)
      if !count.isNaN { #expect(coding.columns[0].number(values[step * 4]) == count) }
    }
    for (step, level) in [0, 2, -1, 2, 1].enumerated() where level >= 0 {
      #expect(coding.columns[1].level(Array(values[step * 4 + 1..<step * 4 + 4])) == level)
    }
    #expect(values[2 * 4 + 1].isNaN)
    let counts = (0..<5).map { values[$0 * 4] }.filter { !$0.isNaN }
    #expect(abs(counts.reduce(0, +)) < 1e-5 && abs(counts.reduce(0) { $0 + $1 * $1 } / 4 - 1) < 1e-5)
    // A covariate that is missing is its mean.
    #expect(frame.entities[0].inputs[1] == 0)
  }

  @Test("predictions stay within what was observed and on its digits")
  func bounds() throws {
    let (table, schema) = mixed()
    let coding = try SeriesCoding(table, schema: schema, layout: SeriesLayout(time: "t"))
    for z in stride(from: Float(-9), to: 9, by: 0.37) {
      let count = coding.columns[0].number(z), warm = coding.columns[2].number(z)
      #expect((0...7).contains(count) && count == count.rounded())
      #expect((1.25...3.5).contains(warm) && abs(warm * 100 - (warm * 100).rounded()) < 1e-9)
    }
  }

  @Test("all methods fill categories, leave texts and empty columns, and say so")
  func categories() throws {
    let (table, schema) = mixed()
    for method in SampleSeries.methods {
      let said = Said()
      var run = TrainingRun()
      run.announce = { said.add($0) }
      let model = try method.fitImputer(
        table, schema: schema, series: SeriesLayout(time: "t"), options: try method.descriptor.options(parsing: [:]),
        run: run)
      let made = try model.impute(table, ImputationRequest(draws: 5, interval: 0.9))
      #expect(made.filled["state"]?.missingCount == 0 && made.filled["count"]?.missingCount == 0)
      #expect(made.filled["note"] == table["note"] && made.filled["never"] == table["never"])
      #expect(made.columns.map(\.column) == [1, 2, 3])
      #expect(made.columns[1].lower.isEmpty && made.columns[1].draws.allSatisfy { (0...2).contains($0[0]) })
      #expect(said.all.contains { $0.name == "column never" && $0.value == "left empty" })
      #expect(made.completed(draw: 4)["state"]?.missingCount == 0)
    }
  }

  @Test("a category of many levels gets the nearest observation, and new levels are kept")
  func manyLevels() throws {
    let levels = (0..<50).map { "level \($0)" }
    var indices = (0..<100).map { Int32($0 / 2) }
    indices[41] = -1
    let table = Table(columns: [
      Column(name: "t", values: .numbers((0..<100).map { $0 == 41 ? 40.9 : Double($0) })),
      Column(name: "where", values: .categories(indices: indices, levels: levels)),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "t", kind: .decimal(digits: 1)), ColumnSchema(name: "where", kind: .category, levels: levels),
    ])
    let model = try SeriesBaseline<RidgeModel>().fitImputer(
      table, schema: schema, series: SeriesLayout(time: "t"),
      options: try RidgeModel.descriptor.options(parsing: [:]), run: TrainingRun())
    let made = try model.impute(table, ImputationRequest(draws: 1))
    #expect(made.filled["where"]?.rows([41]).values == .categories(indices: [20], levels: levels))
    // Another table names its levels in its own order, and one that was never seen.
    let other = Table(columns: [
      Column(name: "t", values: .numbers([0, 1, 2])),
      Column(name: "where", values: .categories(indices: [1, -1, 0], levels: ["new", "level 3"])),
    ])
    let filled = try model.impute(other, ImputationRequest()).filled["where"]
    #expect(filled?.values == .categories(indices: [1, 1, 0], levels: ["new", "level 3"]))
  }

  @Test("the calendar's features are those of the clock")
  func calendar() {
    // 2020-01-01 06:00 was a Wednesday.
    let values = CalendarFeatures.values(at: 18_262 * 86_400 + 6 * 3600)
    #expect(abs(values[0] - 1) < 1e-6 && abs(values[1]) < 1e-6)
    #expect(abs(CalendarFeatures.week(18_262 * 86_400) - 2.0 / 7) < 1e-12)
  }
}

/// Choices that were announced.
final class Said: @unchecked Sendable {
  private let lock = NSLock()
  private var choices: [Choice] = []
  func add(_ choice: Choice) { lock.withLock { choices.append(choice) } }
  var all: [Choice] { lock.withLock { choices } }
}
