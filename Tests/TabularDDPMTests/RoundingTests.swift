import DiffusionCore
import Foundation
import Tables
@testable import TabularDDPM
import Tensors
import Testing

@Suite("Rounding")
struct RoundingTests {
  @Test("decimals and steps")
  func decimals() {
    let rounding = Rounding(of: [0.25, 1.5, 3], decimals: 2, isShortest: false)
    #expect(rounding.step == 25 && rounding.significant == nil)
    #expect(rounding(0.9) == 1 && rounding(0.3) == 0.25)
    #expect(rounding.digit(at: 3) == 0.25)
  }

  @Test("numbers in scientific notation keep their significant digits")
  func significant() {
    let rounding = Rounding(of: [1.25e-30, 4e-7, 0.031, 0], decimals: 3, isShortest: true)
    #expect(rounding.significant == 3)
    #expect(rounding(1.23456e-28) == 1.23e-28 && rounding(0.012345) == 0.0123 && rounding(0) == 0)
    #expect(abs(rounding.digit(at: 1.23e-28) / 1e-30 - 1) < 1e-9)
    #expect(rounding.tolerance < 1e-33)
    // Decimals lose nothing of these, which have 16 digits.
    #expect(Rounding(of: [0.8226029062349592, 12.5], decimals: 16, isShortest: true).significant == nil)
    // They lose all of these.
    #expect(Rounding(of: [8.226029062349592e-20, 0.5], decimals: 15, isShortest: true).significant == 17)
  }

  @Test("tiny numbers do not become 0, nor equal each other", arguments: ["tabular-masked", "tabular-ddpm"])
  func tiny(method: String) throws {
    var random = RandomStream(seed: 2)
    func column() -> [Double] {
      (0..<400).map { _ in
        Double(String(format: "%.2e", pow(10, -40 * random.uniformDouble()))) ?? 0
      }
    }
    let p = column(), q = column()
    let table = Table(columns: [Column(name: "p", values: .numbers(p)), Column(name: "q", values: .numbers(q))])
    let schema = Schema(
      columns: [("p", p), ("q", q)].map { name, values in
        ColumnSchema(
          name: name, kind: .decimal(digits: 2), minimum: values.min(), maximum: values.max(),
          notation: .init(isShortest: true))
      })
    let made: Table
    if method == "tabular-masked" {
      let coding = TableEncoder().fitted(to: table, schema: schema, random: RandomStream(seed: 1))
      for column in coding.columns {
        guard case .continuous(let content) = column.content else { Issue.record("not continuous"); return }
        #expect(content.relations.isEmpty && content.heavy.isEmpty)
      }
      let model = try TabularMasked().fit(
        table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 20))
      made = try SmallTables.sample(model, SampleRequest(rows: 300, seed: 1))
    } else {
      let options = try TabularDDPMMethod().descriptor.options(parsing: ["width": "32", "diffusion-steps": "20"])
      let model = try TabularDDPMMethod().fit(table, schema: schema, options: options, run: SmallTables.run(steps: 20))
      made = try SmallTables.sample(model, SampleRequest(rows: 300, seed: 1))
    }
    guard case .numbers(let numbers) = made["p"]!.values else { return }
    #expect(numbers.allSatisfy { $0 >= p.min()! && $0 <= p.max()! })
    #expect(Set(numbers).count > 200)
    #expect(numbers.allSatisfy { Double(String(format: "%.2e", $0)) == $0 })
  }
}
