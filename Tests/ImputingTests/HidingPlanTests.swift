import Tables
import Tensors
import Testing

@testable import Imputing

/// What a self-check hides.
@Suite struct HidingPlanTests {
  private func table(rows: Int, seed: UInt64, missing: (Int, Int, inout SeededGenerator) -> Bool) throws
    -> CSVReader.Result
  {
    var random = SeededGenerator(seed: seed)
    var text = "a,b,c,d\n"
    for row in 0..<rows {
      let cells = (0..<4).map { column in
        missing(row, column, &random) ? "" : column == 3 ? ["x", "y", "z"][row % 3] : "\(row % 97).\(column + 1)"
      }
      text += cells.joined(separator: ",") + "\n"
    }
    return try read(text)
  }

  @Test(arguments: 0..<20) func `Only values are hidden, within the limits, and rows keep one`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let share = Double.random(in: 0.02...0.6, using: &random)
    let data = try table(rows: 400, seed: seed) { _, _, random in Double.random(in: 0..<1, using: &random) < share }
    let plan = HidingPlan()
    let hidden = try #require(plan.cells(of: data.table, columns: [0, 1, 2, 3], random: RandomStream(seed: seed)))
    for column in hidden.columns {
      let values = data.table.rowCount - data.table.columns[column.column].missingCount
      #expect(column.rows == Array(Set(column.rows)).sorted())
      #expect(column.rows.allSatisfy { !data.table.columns[column.column].isMissing($0) })
      #expect(column.rows.count <= max(1, Int(Double(values) * plan.mostOfColumn)))
      #expect(column.rows.count >= min(plan.leastInColumn, Int(Double(values) * plan.mostOfColumn)) - 3)
    }
    let removed = hidden.removed(from: data.table)
    let before = data.table.rowValueCounts(), after = removed.rowValueCounts()
    #expect(before.reduce(0, +) - after.reduce(0, +) == hidden.count)
    #expect(zip(before, after).allSatisfy { $0 == 0 || $1 > 0 })
    // The same stream chooses the same cells.
    #expect(plan.cells(of: data.table, columns: [0, 1, 2, 3], random: RandomStream(seed: seed)) == hidden)
  }

  @Test func `Columns that miss together are hidden together`() throws {
    // a and b miss in the same rows, a tenth of them; c misses alone.
    let data = try table(rows: 2000, seed: 1) { row, column, _ in
      column < 2 ? row % 10 == 0 : column == 2 ? row % 10 == 5 : false
    }
    let hidden = try #require(HidingPlan().cells(of: data.table, columns: [0, 1, 2], random: RandomStream(seed: 2)))
    #expect(hidden.hiding == .patterns)
    let a = try #require(hidden.columns.first { $0.column == 0 }),
      b = try #require(hidden.columns.first { $0.column == 1 })
    #expect(a.rows == b.rows)
    #expect(a.rows.count > 50)
  }

  @Test func `A table without gaps gives cells at random`() throws {
    let data = try table(rows: 1000, seed: 3) { _, _, _ in false }
    let hidden = try #require(HidingPlan().cells(of: data.table, columns: [0, 1, 2, 3], random: RandomStream(seed: 4)))
    #expect(hidden.hiding == .random)
    #expect(hidden.columns.map(\.rows.count) == [50, 50, 50, 50])
  }

  @Test func `Too few values leave nothing to hide`() throws {
    let data = try read("a,b\n1,2\n3,\n5,6\n")
    #expect(HidingPlan().cells(of: data.table, columns: [1], random: RandomStream(seed: 1)) == nil)
  }

  @Test func `Gaps of series are as long as those of the data`() throws {
    // Gaps of 1 and of 12 hours, in both channels at once.
    let data = try readings(hours: 3000) { _, hour, _ in hour % 100 == 50 || (hour % 300 >= 200 && hour % 300 < 212) }
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when")
    let hidden = try #require(
      HidingPlan().cells(of: data.table, index: index, columns: [1, 2], random: RandomStream(seed: 5)))
    #expect(hidden.hiding == .gaps)
    for column in hidden.columns {
      #expect(Set(column.gapLengths) == [1, 12])
      // Gaps of 1 and of 12 hours are 3 to 1 in the data, so most hidden cells are in long ones.
      #expect(column.gapLengths.count { $0 == 12 } > column.gapLengths.count / 2)
    }
    #expect(hidden.columns[0].rows == hidden.columns[1].rows, "channels fail together")
    // No gap touches another one: each is as long as it says.
    var emptied = data.table.columns[1]
    emptied.empty(rows: hidden.columns[0].rows)
    #expect(Set(index.gaps(of: emptied).map(\.length)) == [1, 12])
  }

  @Test func `Gaps beyond the limit are not laid`() throws {
    let data = try readings(hours: 2000) { _, hour, _ in hour % 100 == 50 || (hour % 400 >= 200 && hour % 400 < 230) }
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when")
    let hidden = try #require(
      HidingPlan().cells(of: data.table, index: index, columns: [1, 2], longest: 6, random: RandomStream(seed: 5)))
    #expect(hidden.columns.allSatisfy { $0.gapLengths.allSatisfy { $0 == 1 } })
  }

  @Test func `Series without gaps give points at random`() throws {
    let data = try readings(hours: 500)
    let index = try SeriesIndex(data.table, schema: data.schema, time: "when")
    let hidden = try #require(
      HidingPlan().cells(of: data.table, index: index, columns: [1, 2], random: RandomStream(seed: 5)))
    #expect(hidden.hiding == .random && hidden.count == 50)
  }
}
