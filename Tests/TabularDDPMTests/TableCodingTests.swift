import DiffusionCore
import Foundation
@testable import TabularDDPM
import Tables
import Tensors
import Testing

@Suite("Table coding")
struct TableCodingTests {
  private func coding(_ settings: CodingSettings = CodingSettings(), rows: Int = 2000) -> (TableCoding, Table, Schema) {
    let (table, schema) = SmallTables.mixed(rows: rows)
    return (
      TableEncoder(settings).fitted(to: table, schema: schema, random: RandomStream(seed: 5)), table, schema
    )
  }

  @Test("columns get the coding that fits them")
  func kinds() throws {
    let (coding, _, _) = coding()
    guard case .levels(let levels) = coding.columns[0].content else { Issue.record("group is not levels"); return }
    #expect(Set(levels) == ["a", "b", "c, d", "e"])
    guard case .derived(let derived) = coding.columns[1].content else { Issue.record("code is not derived"); return }
    #expect(derived.source == 0)
    guard case .continuous(let paid) = coding.columns[4].content else { Issue.record("paid is not continuous"); return }
    #expect(paid.heavy.contains(0))
    #expect(paid.relations.map(\.parents) == [[3]])
    #expect(coding.columns[5].hasMissing)
    guard case .identifier = coding.columns[6].content else { Issue.record("id is not an identifier"); return }
    guard case .constant(.level("kg")) = coding.columns[7].content else { Issue.record("unit is not constant"); return }
  }

  @Test("decoding what was encoded gives the numbers back", arguments: CodingSettings.Numbers.allCases)
  func roundTrip(numbers: CodingSettings.Numbers) throws {
    var settings = CodingSettings()
    settings.numbers = numbers
    let (coding, table, _) = coding(settings)
    let coded = try coding.encode(table, random: RandomStream(seed: 6))
    let layout = coding.layout, slots = layout.slots.count
    guard case .numbers(let size) = table.columns[2].values, case .numbers(let paid) = table.columns[4].values,
      case .numbers(let due) = table.columns[3].values
    else { return }
    let range = (size.max()! - size.min()!)
    for row in 0..<table.rowCount {
      for (column, truth) in [(2, size[row]), (4, paid[row])] {
        let own = layout.slotsOfColumn[column]
        let first = coding.columns[column].codes > 1 ? coded.codes[row * slots + own[0]] : 0
        let value = coding.number(
          column, first: first, fine: coded.codes[row * slots + own[own.count - 1]],
          score: coded.scores[row * layout.numericCount + layout.numericIndex[column]!], jitter: 0.5,
          parent: { $0 == 3 ? due[row] : .nan })
        // A density keeps the value up to the column's digits; a histogram up to its cell, widest in the tails.
        #expect(
          abs(value - truth) <= (numbers == .density ? 1e-6 + 1e-4 * abs(truth) : 0.25 * range * (column == 4 ? 20 : 1))
        )
      }
    }
  }

  @Test("heavy values and relations come back exactly, and their rows have no place within a bin")
  func exact() throws {
    let (coding, table, _) = coding()
    let coded = try coding.encode(table, random: RandomStream(seed: 6))
    let layout = coding.layout, slots = layout.slots.count
    guard case .continuous(let c) = coding.columns[4].content, case .numbers(let paid) = table.columns[4].values,
      case .numbers(let due) = table.columns[3].values
    else { return }
    let own = layout.slotsOfColumn[4]
    var zeros = 0, equal = 0
    for row in 0..<table.rowCount {
      let first = Int(coded.codes[row * slots + own[0]]), place = coded.codes[row * slots + own[1]]
      if paid[row] == 0 {
        zeros += 1
        #expect(first >= c.bins && first < c.bins + c.heavy.count && place == Cells.notApplicable)
      } else if paid[row] == due[row], first >= c.bins + c.heavy.count {
        equal += 1
        #expect(place == Cells.notApplicable)
      }
    }
    #expect(zeros > 300 && equal > 400)
  }

  @Test("a level or a gap that was never seen is named with its row")
  func unknown() throws {
    let (coding, table, _) = coding()
    var other = table.rows(0..<3)
    other.columns[0].values = .categories(indices: [0, 1, 0], levels: ["a", "zebra"])
    #expect(throws: CodingError.self) { try coding.encode(other, random: RandomStream(seed: 1)) }
    let (known, coded) = try coding.encodeKnown(other, random: RandomStream(seed: 1))
    #expect(known == [true, false, true])
    #expect(coded.rows == 3)
  }

  @Test("a derived cell gives its source where the source is empty")
  func sources() throws {
    let (coding, table, _) = coding()
    var partial = table.rows(0..<50)
    guard case .categories(let groups, let levels) = partial.columns[0].values else { return }
    partial.columns[0].values = .categories(indices: groups.map { _ in -1 }, levels: levels)
    let whole = try coding.encode(table.rows(0..<50), random: RandomStream(seed: 1))
    var coded = try coding.encode(partial, missingIsUnknown: true, random: RandomStream(seed: 1))
    let slot = coding.layout.slotsOfColumn[0][0], slots = coding.layout.slots.count
    #expect(coded.codes[slot] == Cells.unknown)
    _ = coding.fillSources(of: partial, in: &coded)
    for row in 0..<50 { #expect(coded.codes[row * slots + slot] == whole.codes[row * slots + slot]) }
  }

  @Test("a derived cell may say that its source is missing")
  func missingSource() throws {
    // Hormone tests that were not made: the flag follows from the number, and "no" goes with no number.
    let values = (0..<200).map { $0 % 4 == 0 ? Double.nan : Double($0 % 7) }
    let table = Table(columns: [
      Column(name: "level", values: .numbers(values)),
      Column(
        name: "measured", values: .categories(indices: values.map { $0.isNaN ? 0 : 1 }, levels: ["no", "yes"])),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "level", kind: .integer, missingCount: 50, minimum: 0, maximum: 6),
      ColumnSchema(name: "measured", kind: .boolean, levels: ["no", "yes"]),
    ])
    let coding = TableEncoder().fitted(to: table, schema: schema, random: RandomStream(seed: 1))
    guard case .derived = coding.columns[1].content else { throw CodingError.kindDiffers(column: "measured") }
    var partial = table
    partial.columns[0].values = .numbers(values.map { _ in .nan })
    let rows = try coding.start(partial, random: RandomStream(seed: 2))
    let slot = coding.layout.slotsOfColumn[0][0], slots = coding.layout.slots.count
    let missing = Int32(coding.columns[0].missingCode)
    for row in 0..<200 { #expect(rows.codes[row * slots + slot] == (row % 4 == 0 ? missing : Cells.unknown)) }
  }

  @Test("chance alone makes no dependency")
  func noChanceDependency() {
    // Many levels, few rows: each level's single row agrees with itself.
    var random = RandomStream(seed: 7)
    let table = Table(columns: [
      Column(
        name: "many", values: .categories(indices: (0..<60).map { Int32($0 / 2) }, levels: (0..<30).map { "l\($0)" })),
      Column(
        name: "coin",
        values: .categories(indices: (0..<60).map { _ in Int32(random.integer(below: 2)) }, levels: ["h", "t"])),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "many", kind: .category), ColumnSchema(name: "coin", kind: .category),
    ])
    let coding = TableEncoder().fitted(to: table, schema: schema, random: RandomStream(seed: 1))
    #expect(coding.columns.filter { !$0.isModelled }.isEmpty)
  }

  @Test("many levels take two codes, so that memory does not grow with rows times levels")
  func manyLevels() throws {
    let count = 20_000
    let levels = (0..<count).map { "level \($0)" }
    let table = Table(columns: [
      Column(
        name: "city", values: .categories(indices: (0..<Int32(2 * count)).map { $0 % Int32(count) }, levels: levels))
    ])
    let schema = Schema(columns: [ColumnSchema(name: "city", kind: .category)])
    let coding = TableEncoder().fitted(to: table, schema: schema, random: RandomStream(seed: 1))
    #expect(coding.layout.slots.count == 2)
    #expect(coding.layout.outputs < 400)
    let coded = try coding.encode(table, random: RandomStream(seed: 1))
    var seen: Set<Int32> = []
    for row in 0..<count { seen.insert(coded.codes[2 * row] * 1000 + coded.codes[2 * row + 1]) }
    #expect(seen.count == count)
  }
}
