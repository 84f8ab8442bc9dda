import DiffusionCore
import Tables
import Tensors
import Testing

@testable import TabularDDPM

/// Columns that follow from columns that follow from others, as a country from a state and a state from a post code.
@Suite("chains of derived columns")
struct DerivedChainTests {
  /// Four levels of places, each half of the one before, and a number that stands for one of them; in any order.
  private static func table(_ order: [Int], rows: Int = 600) -> (Table, Schema) {
    var random = RandomStream(seed: 4)
    let posts = (0..<rows).map { _ in random.integer(below: 48) }
    func levels(_ name: String, _ groups: Int) -> Column {
      Column(
        name: name,
        values: .categories(indices: posts.map { Int32($0 % groups) }, levels: (0..<groups).map { "\(name)\($0)" }))
    }
    let columns = [
      levels("continent", 3), levels("country", 6),
      Column(name: "zone", values: .numbers(posts.map { Double(100 + $0 % 12) })), levels("post", 48),
      Column(name: "amount", values: .numbers(posts.map { _ in (Double(random.normal()) * 1000).rounded() / 100 })),
    ]
    let schemas = columns.map { column -> ColumnSchema in
      switch column.values {
      case .categories(_, let levels): ColumnSchema(name: column.name, kind: .category, levels: levels)
      case .numbers(let numbers):
        ColumnSchema(
          name: column.name, kind: column.name == "zone" ? .integer : .decimal(digits: 2), minimum: numbers.min(),
          maximum: numbers.max())
      case .texts: ColumnSchema(name: column.name, kind: .text)
      }
    }
    return (Table(columns: order.map { columns[$0] }), Schema(columns: order.map { schemas[$0] }))
  }

  private static let orders = [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [3, 2, 1, 0, 4], [1, 0, 3, 2, 4]]

  /// The place that each level and number stands for.
  private static func place(_ table: Table, _ name: String, _ row: Int) -> Int {
    switch table[name]!.values {
    case .numbers(let numbers): Int(numbers[row]) - 100
    case .categories(let indices, let levels): Int(levels[Int(indices[row])].drop { !$0.isNumber })!
    case .texts: -1
    }
  }

  private static func expectChain(_ table: Table, sourceLocation: SourceLocation = #_sourceLocation) {
    for row in 0..<table.rowCount {
      let post = place(table, "post", row)
      #expect(place(table, "zone", row) == post % 12, sourceLocation: sourceLocation)
      #expect(place(table, "country", row) == post % 6, sourceLocation: sourceLocation)
      #expect(place(table, "continent", row) == post % 3, sourceLocation: sourceLocation)
    }
  }

  @Test("every derived column follows a modelled one, whatever the order of the columns", arguments: orders)
  func sources(order: [Int]) {
    let (table, schema) = Self.table(order)
    let coding = TableCoding(fitting: table, schema: schema, settings: CodingSettings(), random: RandomStream(seed: 1))
    let derived = coding.columns.compactMap { column -> DerivedColumn? in
      if case .derived(let derived) = column.content { derived } else { nil }
    }
    #expect(derived.count == 3)
    for own in derived {
      #expect(coding.columns[own.source].name == "post")
      #expect(own.cellOfCode.count == coding.columns[own.source].codes)
    }
  }

  @Test("rows are made, scored and completed along the chain", arguments: orders)
  func model(order: [Int]) throws {
    let (table, schema) = Self.table(order)
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 10))
    Self.expectChain(try SmallTables.sample(model, SampleRequest(rows: 200, seed: 1)))
    #expect(try model.score(table.rows(0..<20), SampleRequest(rows: 20, seed: 1)).allSatisfy { $0 != nil })

    for text in ["continent=continent2", "country=country1|country4", "zone=103..105"] {
      let condition = try CellCondition(parsing: text, schema: schema)
      let made = try SmallTables.sample(model, SampleRequest(rows: 60, seed: 2, conditions: [condition]))
      Self.expectChain(made)
      let test = condition.allowed.test(made[condition.column]!)
      #expect((0..<60).allSatisfy(test))
    }
  }

  @Test("a given derived cell limits its source", arguments: ["tabular-masked", "tabular-ddpm"])
  func completion(method: String) throws {
    let (table, schema) = Self.table([0, 1, 2, 3, 4])
    let run = SmallTables.run(steps: 10)
    let model: any CompletingModel =
      method == "tabular-masked"
      ? try TabularMasked().fit(table, schema: schema, options: try SmallTables.options(), run: run)
      : try TabularDDPMMethod().fit(
        table, schema: schema,
        options: try TabularDDPMMethod().descriptor.options(parsing: ["width": "32", "diffusion-steps": "10"]), run: run
      )
    // Of some rows the continent is given, of some the zone, of some both.
    var partial = table.rows(0..<120)
    for column in partial.columns.indices {
      let name = partial.columns[column].name
      partial.columns[column].values = partial.columns[column].values.keeping { row in
        name == "continent" && row % 3 != 1 || name == "zone" && row % 3 != 0
      }
    }
    let made = try model.completed(partial, SampleRequest(rows: 120, seed: 3))
    Self.expectChain(made)
    for row in 0..<120 where row % 3 != 1 {
      #expect(Self.place(made, "continent", row) == Self.place(table, "continent", row))
    }
    for row in 0..<120 where row % 3 != 0 {
      #expect(Self.place(made, "zone", row) == Self.place(table, "zone", row))
    }
  }

  @Test("a condition that a given cell rules out is refused")
  func contradiction() throws {
    let (table, schema) = Self.table([0, 1, 2, 3, 4])
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 5))
    var partial = table.rows((0..<table.rowCount).filter { Self.place(table, "continent", $0) == 0 })
    for column in partial.columns.indices where partial.columns[column].name != "continent" {
      partial.columns[column].values = partial.columns[column].values.keeping { _ in false }
    }
    let condition = try CellCondition(parsing: "country=country1", schema: schema)
    #expect(throws: ConditionError.self) {
      try model.completed(partial, SampleRequest(rows: partial.rowCount, seed: 1, conditions: [condition]))
    }
  }

  @Test("columns that are always missing have no codes to follow from")
  func alwaysMissing() {
    var (table, schema) = Self.table([0, 1, 2, 3, 4])
    table.columns.append(
      Column(name: "none", values: .categories(indices: Array(repeating: -1, count: 600), levels: [])))
    table.columns.append(Column(name: "empty", values: .numbers(Array(repeating: .nan, count: 600))))
    schema.columns.append(ColumnSchema(name: "none", kind: .category, missingCount: 600))
    schema.columns.append(ColumnSchema(name: "empty", kind: .integer, missingCount: 600))
    let coding = TableCoding(fitting: table, schema: schema, settings: CodingSettings(), random: RandomStream(seed: 1))
    #expect(coding.columns.count == 7)
  }
}
