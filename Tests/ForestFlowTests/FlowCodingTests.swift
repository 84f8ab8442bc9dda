import DiffusionCore
import Tables
import Tensors
import Testing

@testable import ForestFlow

@Suite("Forest flow: coding")
struct FlowCodingTests {
  private func roundTrip(
    _ data: (table: Table, schema: Schema), label: String?
  ) throws -> (coding: FlowCoding, table: Table) {
    let coding = try FlowCoding(fitting: data.table, schema: data.schema, label: label, derives: true)
    let patterns = (0..<data.table.rowCount).map { row in
      coding.patterns.patterns.firstIndex {
        zip(coding.patterns.columns, $0).allSatisfy { data.table.columns[$0].isMissing(row) == $1 }
      } ?? -1
    }
    let made = FlowCoding.Made(
      numbers: coding.encode(data.table), labels: FlowCoding.labels(of: data.table, coding.label),
      patterns: patterns)
    var state = DecodingState(random: RandomStream(seed: 2), identifiers: coding.identifiers)
    return (coding, coding.table(made, &state))
  }

  @Test(arguments: [nil, "group", "town"])
  func `Decoding undoes encoding, missing cells included`(label: String?) throws {
    let data = ForestTables.mixed(rows: 400)
    let back = try roundTrip(data, label: label).table
    #expect(back.columnNames == data.table.columnNames)
    for name in ["code", "size", "count", "day", "age"] {
      #expect(zip(back.numbers(name), data.table.numbers(name)).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
    }
    for name in ["group", "note", "town", "unit"] { #expect(back.levels(name) == data.table.levels(name)) }
    #expect(back.texts("remark").allSatisfy { $0 == nil })
    #expect(Set(back.texts("id")).count == 400 && Set(back.texts("id")).isDisjoint(with: data.table.texts("id")))
  }

  @Test func `Numbers lie between -1 and 1, few levels are one number each, many are bits`() throws {
    let data = ForestTables.mixed(rows: 400)
    let (coding, _) = try roundTrip(data, label: nil)
    #expect(coding.encode(data.table).allSatisfy { $0.isNaN || abs($0) <= 1.000_001 })
    let widths = Dictionary(
      uniqueKeysWithValues: coding.columns.map { (coding.cells.names[$0.column], $0.width) })
    // Code follows from group and does not flow; 24 towns are 5 bits.
    #expect(
      widths == [
        "group": 3, "size": 1, "count": 1, "day": 1, "age": 1, "note": 1, "town": 5, "unit": 0,
      ])
    #expect(coding.width == 13)
  }

  @Test func `Noise around a cell's numbers does not change the cell`() throws {
    let data = ForestTables.mixed(rows: 200)
    let coding = try FlowCoding(fitting: data.table, schema: data.schema, label: nil, derives: true)
    var random = RandomStream(seed: 3)
    // Half way to another level, or to a number beyond the range.
    let numbers = coding.encode(data.table).map { $0 + 0.9 * (random.uniform() - 0.5) }
    let made = FlowCoding.Made(
      numbers: numbers, labels: Array(repeating: 0, count: 200), patterns: Array(repeating: -1, count: 200))
    var state = DecodingState(random: random, identifiers: coding.identifiers)
    let table = coding.table(made, &state)
    #expect(table.levels("group") == data.table.levels("group") && table.levels("town") == data.table.levels("town"))
    let sizes = data.table.numbers("size")
    #expect(
      table.numbers("size").allSatisfy { $0 >= sizes.min()! && $0 <= sizes.max()! && $0 * 4 == ($0 * 4).rounded() })
    #expect(table.numbers("count").allSatisfy { [0, 1, 2, 5].contains($0) })
    // What follows is consistent, whatever the rest became.
    #expect(
      table.numbers("code") == table.levels("group").map { Double(10 + ForestTables.groups.firstIndex(of: $0!)!) })
  }

  @Test func `Patterns of missing cells are counted by label`() throws {
    let data = ForestTables.mixed(rows: 500)
    let coding = try FlowCoding(fitting: data.table, schema: data.schema, label: "group", derives: true)
    let patterns = coding.patterns
    #expect(patterns.columns.map { coding.cells.names[$0] } == ["age", "note"])
    // Both are missing, or neither is.
    #expect(patterns.patterns == [[false, false], [true, true]])
    let groups = data.table.levels("group"), ages = data.table.numbers("age")
    for (part, level) in (coding.label?.levels ?? []).enumerated() {
      let own = groups.indices.filter { groups[$0] == level }
      #expect(patterns.counts[part] == [own.count { !ages[$0].isNaN }, own.count { ages[$0].isNaN }])
    }
    #expect(patterns.admitted([7: true]) == [false, true] && patterns.admitted([:]) == [true, true])
  }

  @Test func `A label must be a category without missing cells`() {
    let data = ForestTables.mixed(rows: 50)
    for name in ["size", "note", "grop"] {
      #expect(throws: FlowError.self) {
        try FlowCoding(fitting: data.table, schema: data.schema, label: name, derives: true)
      }
    }
    #expect(FlowError.unknownLabel("grop", known: ["size", "group"]).description.contains("did you mean 'group'?"))
  }
}
