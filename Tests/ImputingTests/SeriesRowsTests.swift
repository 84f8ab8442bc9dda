import DiffusionCore
import Tables
import Testing

@testable import Imputing

/// Rows merged and added.
@Suite struct SeriesRowsTests {
  private func numbers(_ rows: SeriesRows, _ name: String) -> [Double?] {
    guard case .numbers(let numbers)? = rows.table[name]?.values else { return [] }
    return numbers.map { $0.isNaN ? nil : $0 }
  }

  private let twice = """
    station,day,x,kind
    A,2024-01-01,1.0,p
    A,2024-01-02,,q
    B,2024-01-02,9.0,q
    A,2024-01-02,4.0,r
    A,2024-01-02,6.0,r
    A,2024-01-03,5.0,

    """

  @Test(arguments: [
    (DuplicateRule.mean, 5.0, "r"), (.first, 4.0, "q"), (.last, 6.0, "r"),
  ]) func `Rows of one time become one`(rule: DuplicateRule, x: Double, kind: String) throws {
    var rows = SeriesRows(try read(twice).table)
    #expect(rows.merge(time: "day", groups: ["station"], rule: rule) == 2)
    #expect(numbers(rows, "x") == [1, x, 9, 5])
    #expect(rows.sources == [0, 1, 2, 5])
    guard case .categories(let indices, let levels)? = rows.table["kind"]?.values else {
      Issue.record("kind is a category")
      return
    }
    #expect(levels[Int(indices[1])] == kind)
    // A mean stands nowhere in the file; what does is spelled as there.
    #expect(rows.rewritten["x"] == (rule == .mean ? [false, true, false, false] : nil))
    #expect(rows.moved["x"] == (rule == .mean ? nil : [1: rule == .first ? 3 : 4]))
  }

  @Test func `Numbers whose sum overflows have a mean`() throws {
    let csv = "day,x\n2024-01-01,1.5e308\n2024-01-01,1.7e308\n2024-01-02,1\n2024-01-03,-2.5\n"
    var rows = SeriesRows(try read(csv).table)
    #expect(rows.merge(time: "day", groups: [], rule: .mean) == 1)
    #expect(numbers(rows, "x") == [1.6e308, 1, -2.5])
    #expect(MethodTrial.distance(1.7e308, -1.7e308, in: 1e308).isFinite)
    #expect(MethodTrial.distance(3, 1, in: 4) == 0.5)
  }

  @Test func `Distinct times stay as they are`() throws {
    let before = SeriesRows(try readings(stations: 2, hours: 20).table)
    var rows = before
    #expect(rows.merge(time: "when", groups: ["station"], rule: .mean) == 0)
    #expect(rows == before)
  }

  @Test func `Missing time steps get rows`() throws {
    let data = try read(
      """
      station,place,when,x
      A,north,2024-01-01 00:00,1
      B,south,2024-01-01 00:00,2
      A,north,2024-01-01 03:00,3
      B,south,2024-01-01 01:00,4
      B,south,2024-01-01 02:58,5

      """)
    var rows = SeriesRows(data.table)
    let layout = SeriesLayout(time: "when", groups: ["station"])
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when", groups: ["station"])
    #expect(SeriesRows.missingSteps(index) == nil, "the steps are not regular")
    #expect(rows.addSteps(of: 3600, index: index, layout: layout, schema: data.schema, limit: 2) == nil)
    #expect(rows.addSteps(of: 3600, index: index, layout: layout, schema: data.schema, limit: 100) == 3)
    #expect(rows.sources == [0, nil, nil, 1, 2, 3, nil, 4])
    #expect(numbers(rows, "x") == [1, nil, nil, 2, 3, 4, nil, 5])
    let first = try #require(numbers(rows, "when")[0])
    #expect(numbers(rows, "when").map { $0.map { ($0 - first) / 3600 } }.prefix(7) == [0, 1, 2, 0, 3, 1, 2])
    // What names the entity, and what is the same in all of its rows, is known.
    for name in ["station", "place"] { #expect(rows.table[name]?.missingCount == 0) }
  }

  @Test func `Files that run backwards get their rows backwards`() throws {
    let data = try read("when,x\n2024-01-04,1\n2024-01-01,2\n")
    var rows = SeriesRows(data.table)
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when")
    let layout = SeriesLayout(time: "when")
    #expect(rows.addSteps(of: 86_400, index: index, layout: layout, schema: data.schema, limit: 9) == 2)
    let days = numbers(rows, "when").compactMap { $0 }
    #expect(days.map { $0 - days[3] } == [3, 2, 1, 0])
  }

  @Test func `Missing steps of regular series are counted`() throws {
    let data = try readings(hours: 100)
    let kept = data.table.rows((0..<100).filter { $0 != 20 && !(50..<53).contains($0) })
    let index = try SeriesIndex(kept, schema: data.schema, time: "when")
    let found = try #require(SeriesRows.missingSteps(index))
    #expect(found.count == 4 && found.step == 3600)
  }

  @Test func `The limit counts steps or time`() throws {
    let data = try readings(hours: 60) { _, hour, channel in channel == 0 && (hour == 5 || (20..<26).contains(hour)) }
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when")
    for (length, isAllowed) in [
      (TimeLength.steps(6), true), (.steps(5), false), (.seconds(6 * 3600), true), (.seconds(5 * 3600), false),
    ] {
      let limit = GapLimit(longest: length)
      let (rows, gaps) = limit.excluded(data.table.columns[1], in: index)
      #expect(gaps == (isAllowed ? 0 : 1))
      #expect(rows == (isAllowed ? [] : Set(20..<26)))
    }
    #expect(GapLimit(longest: .seconds(5 * 3600)).steps(in: index) == 5)
  }

  @Test func `An hour that was lived twice is recognised`() throws {
    let format = try DateFormat(pattern: "yyyy-MM-dd HH:mm")
    func times(_ texts: String...) -> [Double] { texts.compactMap { format.value(of: $0) } }
    // The last Sunday of October in Europe, the first of November in North America, the first of April in Australia.
    #expect(ClockChange.explains(times("2024-10-27 02:00", "2024-10-27 02:30")))
    #expect(ClockChange.explains(times("2024-11-03 01:00", "2023-10-29 02:00")))
    #expect(ClockChange.explains(times("2024-04-07 02:00")))
    #expect(!ClockChange.explains(times("2024-10-28 02:00")))
    #expect(!ClockChange.explains(times("2024-10-27 12:00")))
    #expect(!ClockChange.explains(times("2024-07-07 02:00")))
    #expect(!ClockChange.explains([]))
  }
}
