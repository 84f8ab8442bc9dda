import DiffusionCore
import Foundation
import NeuralNetworks
@testable import TabularDDPM
import Tables
import Testing

@Suite("Masked objective")
struct MaskedObjectiveTests {
  /// Two dependent coins: P(a) = (.7, .3); b equals a in 9 rows of 10. The network must find the joint distribution.
  private func coins(_ rows: Int) -> (Table, Schema) {
    var random = RandomStream(seed: 8)
    var a: [Int32] = [], b: [Int32] = []
    for _ in 0..<rows {
      a.append(random.uniform() < 0.7 ? 0 : 1)
      b.append(random.uniform() < 0.9 ? a.last! : 1 - a.last!)
    }
    return (
      Table(columns: [
        Column(name: "a", values: .categories(indices: a, levels: ["x", "y"])),
        Column(name: "b", values: .categories(indices: b, levels: ["x", "y"])),
      ]),
      Schema(columns: [
        ColumnSchema(name: "a", kind: .category, levels: ["x", "y"]),
        ColumnSchema(name: "b", kind: .category, levels: ["x", "y"]),
      ])
    )
  }

  @Test("the bound of a fitted model approaches the entropy of the data")
  func entropy() throws {
    let (table, schema) = coins(4000)
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 400))
    let entropy = -(0.7 * log(0.7) + 0.3 * log(0.3)) - (0.9 * log(0.9) + 0.1 * log(0.1))
    // 400 held-out rows: a standard error of 0.04 nats.
    #expect(abs((model.report.heldOutLoss ?? 0) - entropy) < 0.12)
    let scores = try model.score(table.rows(0..<200), SampleRequest(rows: 0))
    for (row, score) in scores.enumerated() {
      guard case .categories(let a, let levels) = table.columns[0].values,
        case .categories(let b, _) = table.columns[1].values
      else { return }
      let first = levels[Int(a[row])] == "x" ? 0.7 : 0.3
      let joint = first * (a[row] == b[row] ? 0.9 : 0.1)
      // The mean over both orders of an almost perfect model.
      #expect(abs((score ?? 0) + log(joint)) < 0.35)
    }
  }

  @Test("samples have the joint distribution of the data, and conditions hold exactly")
  func joint() throws {
    let (table, schema) = coins(4000)
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 400))
    let made = try SmallTables.sample(model, SampleRequest(rows: 8000, seed: 3))
    guard case .categories(let a, let levels) = made.columns[0].values,
      case .categories(let b, let bLevels) = made.columns[1].values
    else { return }
    let same = zip(a, b).reduce(0) { $0 + (levels[Int($1.0)] == bLevels[Int($1.1)] ? 1 : 0) }
    let x = a.reduce(0) { $0 + (levels[Int($1)] == "x" ? 1 : 0) }
    // Standard errors of 0.004 and 0.005, and what 3,600 training rows leave open.
    #expect(abs(Double(same) / 8000 - 0.9) < 0.03)
    #expect(abs(Double(x) / 8000 - 0.7) < 0.04)
    let condition = try CellCondition(parsing: "b=y", schema: schema)
    let given = try SmallTables.sample(model, SampleRequest(rows: 2000, seed: 4, conditions: [condition]))
    guard case .categories(let ga, let gaLevels) = given.columns[0].values,
      case .categories(let gb, let gbLevels) = given.columns[1].values
    else { return }
    #expect(gb.allSatisfy { gbLevels[Int($0)] == "y" })
    // P(a = x | b = y) = .07 / (.07 + .27).
    let share = Double(ga.reduce(0) { $0 + (gaLevels[Int($1)] == "x" ? 1 : 0) }) / 2000
    #expect(abs(share - 0.206) < 0.06)
  }

  @Test("the same seed gives the same rows whatever the number of threads")
  func deterministic() throws {
    let (table, schema) = SmallTables.mixed(rows: 600)
    func make(_ threads: Int) throws -> Table {
      let model = try TabularMasked().fit(
        table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 30, threads: threads))
      return try SmallTables.sample(model, SampleRequest(rows: 300, seed: 5, threads: threads))
    }
    let one = try make(1), again = try make(1), two = try make(2)
    #expect(again == one)
    #expect(two == one)
  }
}
