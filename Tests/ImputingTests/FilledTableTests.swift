import DiffusionCore
import Tables
import Testing

@testable import Imputing

/// What is written of a method's answer.
@Suite struct FilledTableTests {
  private func answer(_ data: CSVReader.Result, draws: Int = 0) throws -> Imputation {
    let fixture = FixtureImputer(offset: 1, draws: draws, halfWidth: 2)
    let model = try fixture.fitImputer(
      data.table, schema: data.schema, options: OptionValues(as: []), run: TrainingRun())
    return try model.impute(data.table, ImputationRequest(draws: draws))
  }

  @Test func `Only wanted cells are taken`() throws {
    let data = try read("a,b\n1,\n,2\n3,4\n5,\n")
    let filled = FilledTable(try answer(data), prepared: SeriesRows(data.table), wanted: ["b"], limit: nil)
    #expect(filled.filledCount == 2)
    #expect(filled.table.columns[0] == data.table.columns[0])
    #expect(filled.table.columns[1].values == .numbers([4, 2, 4, 4]))
    #expect(filled.revision().rewritten == ["b": [true, false, false, true]])
  }

  @Test func `Gaps beyond the limit stay empty and are counted`() throws {
    let data = try readings(hours: 40) { _, hour, channel in channel == 0 && (hour == 3 || (10..<15).contains(hour)) }
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when")
    let filled = FilledTable(
      try answer(data), prepared: SeriesRows(data.table), wanted: ["a", "b"],
      limit: (GapLimit(longest: .steps(2)), index))
    #expect(filled.columns.map(\.name) == ["a"])
    #expect(filled.columns[0].rows == [3] && filled.columns[0].inLongGaps == 5 && filled.columns[0].longGaps == 1)
    #expect(filled.table.columns[1].missingCount == 5)
  }

  @Test func `Draws replace filled cells and no others`() throws {
    let data = try read("a,b\n1,\n,2\n3,4\n5,\n")
    let filled = FilledTable(
      try answer(data, draws: 3), prepared: SeriesRows(data.table), wanted: ["a", "b"], limit: nil)
    #expect(filled.drawCount == 3)
    // The mean of a is 3, of b 3; the offset is 1; draw k adds k.
    #expect(filled.revision(draw: 2).table.columns[0].values == .numbers([1, 6, 3, 5]))
    #expect(filled.revision(draw: 2).table.columns[1].values == .numbers([6, 2, 4, 6]))
  }

  @Test func `Ends of intervals and flags stand at filled cells`() throws {
    let data = try read("a,b,c\n1,,x\n,2,\n3,4,x\n5,,y\n")
    let filled = FilledTable(try answer(data), prepared: SeriesRows(data.table), wanted: ["a", "b", "c"], limit: nil)
    let added = AddedColumns(intervals: true, flags: true).columns(for: filled, schema: data.schema)
    #expect(
      added.map(\.schema.name)
        == ["a_lower", "a_upper", "a_imputed", "b_lower", "b_upper", "b_imputed", "c_imputed"])
    #expect(added[0].column.values == .numbers([.nan, 2, .nan, .nan]))
    #expect(added[1].column.values == .numbers([.nan, 6, .nan, .nan]))
    #expect(added[2].column.values == .categories(indices: [0, 1, 0, 0], levels: ["false", "true"]))
    #expect(added[6].column.values == .categories(indices: [0, 1, 0, 0], levels: ["false", "true"]))
  }
}
