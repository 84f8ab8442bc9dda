import Tables
import Testing

@Suite struct SeriesIndexTests {
  private func table(_ columns: [(String, Column.Values, ColumnKind)]) -> (Table, Schema) {
    (
      Table(columns: columns.map { Column(name: $0.0, values: $0.1) }),
      Schema(columns: columns.map { ColumnSchema(name: $0.0, kind: $0.2) })
    )
  }

  @Test func `Rows of each entity come in the order of time`() throws {
    let (table, schema) = table([
      ("t", .numbers([3, 1, 2, 1, 5]), .integer),
      ("site", .categories(indices: [1, 0, 1, 1, 0], levels: ["a", "b"]), .category),
    ])
    let index = try SeriesIndex(table, schema: schema, time: "t", groups: ["site"])
    #expect(index.entities.map(\.name) == [["b"], ["a"]])
    #expect(index.entities.map(\.rows) == [[3, 2, 0], [1, 4]])
    #expect(index.entities.map(\.times) == [[1, 2, 3], [1, 5]])
    #expect(index.entities.map(\.typicalStep) == [1, 4])
    #expect(index.unit == .own)
  }

  @Test func `Dates are seconds, and several columns together name an entity`() throws {
    let format = try DateFormat(pattern: "yyyy-MM-dd")
    let (table, schema) = table([
      ("day", .numbers([2, 1, 1]), .date(format: format)), ("site", .texts(["x", "x", "y"]), .text),
      ("line", .numbers([1, 1, 1]), .integer),
    ])
    let index = try SeriesIndex(table, schema: schema, time: "day", groups: ["site", "line"])
    #expect(index.unit == .seconds)
    #expect(index.entities[0].times == [86_400, 172_800])
    #expect(index.entities.map(\.name) == [["x", "1"], ["y", "1"]])
    #expect(index.entities[1].typicalStep == nil)
  }

  @Test func `A count of rows is a time though it reads as an identifier`() throws {
    let csv = "n,v\n" + (1...20).map { "\($0),\($0 % 3)\n" }.joined()
    let result = try read(csv)
    guard case .identifier = result.schema.columns[0].kind else {
      Issue.record("the column was expected to be an identifier")
      return
    }
    let index = try SeriesIndex(result.table, schema: result.schema, time: "n")
    #expect(index.entities[0].times == (1...20).map(Double.init))
  }

  @Test func `What is no series is refused with its place`() throws {
    let (table, schema) = table([
      ("time", .numbers([1, 2, .nan, 2]), .integer), ("good", .numbers([1, 2, 3, 2]), .integer),
      ("bad", .numbers([1, .infinity, 3, 2]), .integer),
      ("site", .categories(indices: [0, 0, -1, 0], levels: ["a"]), .category),
    ])
    func error(_ time: String, _ groups: [String] = []) -> SeriesError? {
      #expect(throws: SeriesError.self) { try SeriesIndex(table, schema: schema, time: time, groups: groups) }
    }
    #expect(error("tine") == .unknownColumn("tine", nearest: "time"))
    #expect(error("site") == .notATime(column: "site", kind: .category, found: "a"))
    #expect(error("time") == .missingTime(column: "time", row: 2))
    #expect(error("bad") == .infiniteTime(column: "bad", row: 1))
    #expect(error("good", ["site"]) == .missingGroup(column: "site", row: 2))
    #expect(error("good", ["good"]) == .timeIsGroup("good"))
    let twice = error("good")
    #expect(twice == .duplicateTime(column: "good", time: "2", entity: [], first: 1, second: 3))
    #expect(twice?.description.contains("rows 2 and 4") == true)
    #expect(twice?.description.contains("--duplicates mean") == true)
  }

  @Test func `A table without rows has no entities`() throws {
    let (table, schema) = table([("t", .numbers([]), .integer)])
    #expect(try SeriesIndex(table, schema: schema, time: "t").entities.isEmpty)
  }
}
