import DiffusionCore
import Tables
import Testing

@Suite("Conditions as they are written")
struct CellConditionTests {
  private let schema = Schema(columns: [
    ColumnSchema(name: "a", kind: .integer, minimum: 0, maximum: 9),
    ColumnSchema(name: "a=b", kind: .integer, minimum: 0, maximum: 9),
    ColumnSchema(name: "kind", kind: .category, levels: ["=s", "p|q", "r"]),
  ])

  @Test("the column ends at the first sign, unless its own name holds one")
  func columns() throws {
    #expect(try CellCondition(parsing: "a=3", schema: schema) == CellCondition(column: "a", .range(3...3)))
    #expect(try CellCondition(parsing: "a=b=3..5", schema: schema) == CellCondition(column: "a=b", .range(3...5)))
    #expect(try CellCondition(parsing: "kind==s", schema: schema) == CellCondition(column: "kind", .levels(["=s"])))
    #expect(try CellCondition(parsing: "kind=p|q", schema: schema) == CellCondition(column: "kind", .levels(["p|q"])))
    #expect(throws: ConditionError.self) { try CellCondition(parsing: "c=3", schema: schema) }
    #expect(throws: ConditionError.noSign("a")) { try CellCondition(parsing: "a", schema: schema) }
  }
}
