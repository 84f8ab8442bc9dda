import DiffusionCore
import Tables
import Tensors
import Testing

@testable import ClassImbalance

/// What is left out of drawn rows, on classes whose border is known: b beyond x = 5, y says nothing.
@Suite struct DrawFilterTests {
  static func table() -> (Table, Schema) {
    var random = RandomStream(seed: 3)
    let x = (0..<600).map { row in (row < 60 ? 5 + 5 * random.uniformDouble() : 5 * random.uniformDouble()) }
    return Tabular.table([
      Tabular.numbers("x", x, kind: .decimal(digits: 6)),
      Tabular.numbers("y", x.map { _ in 10 * random.uniformDouble() }, kind: .decimal(digits: 6)),
      Tabular.categories("class", (0..<600).map { $0 < 60 ? "b" : "a" }),
    ])
  }

  static func judge(
    _ rows: [(x: Double, y: Double)], closeness: Double = 0.1, border: Double = 0.1
  ) throws -> [DrawFilter.Judgement] {
    let (table, schema) = table()
    let classes = try ClassCounts(of: "class", in: table, schema: schema)
    let filter = try DrawFilter(
      table, schema: schema, classes: classes, closeness: closeness, border: border, seed: 1, threads: 2)
    let (drawn, _) = Tabular.table([
      Tabular.numbers("x", rows.map(\.x), kind: .decimal(digits: 6)),
      Tabular.numbers("y", rows.map(\.y), kind: .decimal(digits: 6)),
      Tabular.categories("class", rows.map { _ in "b" }),
    ])
    return try filter.judge(drawn, place: 1)
  }

  @Test func `Copies, rows beside a row of the class and rows among the other class are left out`() throws {
    let (table, _) = Self.table()
    guard case .numbers(let x)? = table["x"]?.values, case .numbers(let y)? = table["y"]?.values else {
      throw Missing()
    }
    let rows = [(x[7], y[7]), (x[7] + 1e-5, y[7]), (1, 5), (x[300], y[300])]
    #expect(try Self.judge(rows) == [.copy, .tooClose, .beyondBorder, .copy])
    // Copies are never kept, whatever the options.
    #expect(try Self.judge(rows, closeness: 0, border: 0) == [.copy, .kept, .kept, .copy])
  }

  @Test func `Of fresh rows of the class most are kept`() throws {
    var random = RandomStream(seed: 8)
    let fresh = (0..<2000).map { _ in (5 + 5 * random.uniformDouble(), 10 * random.uniformDouble()) }
    let kept = try Self.judge(fresh).count { $0 == .kept }
    // The border takes about the tenth of rows nearest to it, closeness 1 %: π 0.1² of the area about each row.
    #expect((1600...1990).contains(kept))
  }

  /// Of a column with one value every distance is 0, and one that is drawn beyond it is far, never infinitely so.
  @Test func `A column with one value is no obstacle`() throws {
    let (table, schema) = Tabular.table([
      Tabular.numbers("x", (0..<80).map { Double($0) }, kind: .decimal(digits: 0)),
      Tabular.numbers("k", (0..<80).map { _ in 7 }, kind: .decimal(digits: 0)),
      Tabular.categories("class", (0..<80).map { $0 < 60 ? "a" : "b" }),
    ])
    let filter = try DrawFilter(
      table, schema: schema, classes: try ClassCounts(of: "class", in: table, schema: schema), closeness: 0.1,
      border: 0,
      seed: 1, threads: 1)
    let (drawn, _) = Tabular.table([
      Tabular.numbers("x", [70, 70.5, 70], kind: .decimal(digits: 1)),
      Tabular.numbers("k", [7, 7, 8], kind: .decimal(digits: 0)),
      Tabular.categories("class", ["b", "b", "b"]),
    ])
    #expect(try filter.judge(drawn, place: 1)[0] == .copy)
    #expect(try filter.judge(drawn, place: 1)[2] == .kept)
  }
}
