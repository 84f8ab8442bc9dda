import Tables
import Tensors
import Testing

@testable import ClassImbalance

/// Where new rows begin.
@Suite struct PartialRowsTests {
  /// Numbers, a code with the name that follows from it, a text, and a column with missing cells.
  static func table() -> Table {
    let code = (0..<120).map { Double($0 * 7 % 5) }
    return Table(columns: [
      Column(name: "x", values: .numbers((0..<120).map { Double($0) })),
      Column(name: "code", values: .numbers(code)),
      Column(
        name: "name", values: .categories(indices: code.map { Int32($0) }, levels: ["v", "w", "x", "y", "z"])),
      Column(name: "gap", values: .numbers((0..<120).map { $0 % 3 == 0 ? .nan : Double($0 * 31 % 120) })),
      Column(name: "note", values: .texts((0..<120).map { "note \($0)" })),
      Column(name: "class", values: .categories(indices: (0..<120).map { $0 < 12 ? 1 : 0 }, levels: ["a", "b"])),
    ])
  }

  @Test func `Kept cells are those of the row, the label is always kept, text never`() throws {
    let table = Self.table()
    var random = RandomStream(seed: 1)
    let (begun, bases) = PartialRows(table, target: "class").begin(
      600, from: Array(0..<12), keepingAtMost: 1, &random)
    #expect(begun.rowCount == 600 && begun.columnNames == table.columnNames)
    // Each row of the class is the beginning of as many.
    for row in 0..<12 { #expect(bases.count { $0 == row } == 50) }
    guard case .numbers(let x)? = begun["x"]?.values, case .categories(let label, _)? = begun["class"]?.values,
      case .texts(let note)? = begun["note"]?.values
    else { throw Missing() }
    #expect(zip(x, bases).allSatisfy { $0.isNaN || $0 == Double($1) })
    #expect(label.allSatisfy { $0 == 1 })
    #expect(note.allSatisfy { $0 == nil })
    // Of three blocks 0, 1 or 2 are kept, at the odds 1 : 1 : 2: 5 in 12 of the cells, four deviations of 600 are .08.
    let share = Double(x.count { !$0.isNaN }) / 600
    #expect(abs(share - 5.0 / 12) < 0.08)
    // What follows from another column is kept with it.
    let code = try #require(begun["code"]), name = try #require(begun["name"])
    for row in 0..<600 { #expect(code.isMissing(row) == name.isMissing(row)) }
  }

  @Test func `The share bounds what is kept`() throws {
    let table = Self.table()
    var random = RandomStream(seed: 2)
    let (begun, _) = PartialRows(table, target: "class").begin(300, from: [3, 4], keepingAtMost: 0.4, &random)
    // 0.4 of three blocks and one more are below two: never two of them. Rows 3 and 4 are missing the gap or not.
    for row in 0..<300 {
      let kept = ["x", "code", "gap"].count { begun[$0]?.isMissing(row) == false }
      #expect(kept <= 1)
    }
  }

  @Test func `What tells that a cell is missing stays with it`() throws {
    var table = Self.table()
    let known = (0..<120).map { $0 % 3 == 0 ? 0 : 1 as Int32 }
    table.columns.append(Column(name: "known", values: .categories(indices: known, levels: ["f", "t"])))
    var random = RandomStream(seed: 4)
    let (begun, bases) = PartialRows(table, target: "class").begin(300, from: Array(0..<12), keepingAtMost: 1, &random)
    let told = try #require(begun["known"]), gap = try #require(begun["gap"])
    for row in 0..<300 {
      if bases[row] % 3 == 0 {
        #expect(!told.isMissing(row))
      } else {
        #expect(told.isMissing(row) == gap.isMissing(row))
      }
    }
    #expect(told.missingCount > 50)
  }

  @Test func `Cells are missing again that were missing where a row began`() throws {
    let table = Self.table()
    var random = RandomStream(seed: 3)
    let parts = PartialRows(table, target: "class")
    let (begun, bases) = parts.begin(90, from: Array(0..<12), keepingAtMost: 1, &random)
    let full = Table(
      columns: begun.columns.map { column in
        guard case .numbers(let values) = column.values else { return column }
        return Column(name: column.name, values: .numbers(values.map { $0.isNaN ? 1 : $0 }))
      })
    let ended = try #require(parts.end(full, bases: bases)["gap"])
    for row in 0..<90 { #expect(ended.isMissing(row) == (bases[row] % 3 == 0)) }
    #expect(parts.end(full, bases: bases)["x"]?.missingCount == 0)
  }

  @Test func `Columns with one value or that follow from the label are no part to be drawn`() throws {
    let (table, _) = Tabular.table([
      Tabular.numbers("k", (0..<60).map { _ in 7 }, kind: .decimal(digits: 0)),
      Tabular.categories("twin", (0..<60).map { $0 < 40 ? "no" : "yes" }),
      Tabular.numbers("x", (0..<60).map { Double($0 * 37 % 61) }, kind: .decimal(digits: 0)),
      Tabular.categories("class", (0..<60).map { $0 < 40 ? "a" : "b" }),
    ])
    var random = RandomStream(seed: 6)
    let (begun, _) = PartialRows(table, target: "class").begin(
      100, from: Array(40..<60), keepingAtMost: 1, &random)
    #expect(begun["k"]?.missingCount == 0 && begun["twin"]?.missingCount == 0)
    #expect(begun["x"]?.missingCount == 100, "a row of which nothing is drawn is a copy")
  }
}
