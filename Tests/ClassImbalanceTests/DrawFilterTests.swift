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
    return try filter.judge(drawn, bases: nil, place: 1, spacing: filter.spacing(of: 1))
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

  /// A row of the class far among the others: forests that learned it take its place for the class's, the one that did not
  /// does not.
  @Test func `A row is judged by the forest that has not seen where it begins`() throws {
    let made = Self.table()
    var table = made.0
    let schema = made.1
    guard case .numbers(var x)? = table["x"]?.values else { throw Missing() }
    x[59] = 0.5
    table.columns[0].values = .numbers(x)
    let classes = try ClassCounts(of: "class", in: table, schema: schema)
    let features = FeatureTable(table, schema: schema, target: "class")
    let forests = try ClassForests(features, classes, seed: 1, threads: 1)
    let rows = features.modelled(Array(repeating: 59, count: 60))
    let own = forests.probabilities(of: 1, rows, bases: Array(repeating: 59, count: 60), threads: 2)
    let others = forests.probabilities(of: 1, rows, bases: Array(0..<60), threads: 2)
    #expect(own.allSatisfy { $0 == own[0] })
    #expect(own[0] < others.reduce(0, +) / 60 - 0.05)
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
    let judged = try filter.judge(drawn, bases: [70, 70, 70], place: 1, spacing: filter.spacing(of: 1))
    #expect(judged[0] == .copy && judged[2] == .kept)
  }
}
