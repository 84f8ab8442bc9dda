import DiffusionCore
import Tables
import Testing

@testable import ClassImbalance

/// Compatible rows against imbalanced-learn 0.14.2, number for number; see `Tests/Fixtures/balance/generate.py`. The
/// tables have ties, twins, more than fifteen columns, three classes, categories, missing categories and constant numbers.
@Suite struct CompatibleSamplerTests {
  @Test(arguments: ["numbers", "ties", "wide", "mixed", "constant numbers", "levels"])
  func `Every row is imbalanced-learn's`(name: String) throws {
    let all: [BalanceFixtures.Samples] = try BalanceFixtures.read("samplers.json")
    let samples = try #require(all.first { $0.name == name })
    let (table, schema) = BalanceFixtures.table(samples)
    #expect(!samples.cases.isEmpty)
    for one in samples.cases {
      let kind = try #require(OversamplingMethod.Kind(rawValue: one.method))
      let options = one.options.merging(["compatible": "yes"]) { $1 }
      let about = Comment("\(name), \(one.method), seed \(one.seed), ratio \(one.ratio), \(one.options)")
      guard let classes = one.classes, let columns = one.columns else {
        #expect(throws: BalanceError.self, about) {
          try Tabular.balance(table, schema, kind, ratio: one.ratio, seed: one.seed, options: options)
        }
        continue
      }
      let made = try Tabular.balance(
        table, schema, kind, ratio: one.ratio, seed: one.seed, threads: 2, options: options)
      #expect(Tabular.cells(try #require(made.rows["class"])) == classes.map { .text($0) }, about)
      for (place, expected) in columns.enumerated() {
        #expect(Tabular.cells(try #require(made.rows["x\(place)"])) == expected, about)
      }
    }
  }

  struct Single: Decodable {
    var column: [Double], classes: [String], seed: UInt64, new: [Double]
  }

  @Test func `The deviation of a lone column is summed by halves`() throws {
    let single: Single = try BalanceFixtures.read("single.json")
    let (table, schema) = Tabular.table([
      Tabular.numbers("x", single.column, kind: .decimal(digits: 3)), Tabular.categories("class", single.classes),
    ])
    let made = try Tabular.balance(table, schema, .randomSmoothed, seed: single.seed, options: ["compatible": "yes"])
    #expect(made.rows["x"]?.values == .numbers(single.new))
  }

  @Test func `Compatible numbers are written in full`() throws {
    let (table, schema) = Tabular.table([
      Tabular.numbers("x", [1, 2, 3, 4, 6, 7, 9, 12], kind: .integer),
      Tabular.categories("class", ["a", "a", "a", "a", "a", "b", "b", "b"]),
    ])
    let made = try Tabular.balance(table, schema, .smote, options: ["compatible": "yes", "neighbours": "2"])
    #expect(made.schema["x"]?.kind == .decimal(digits: 17))
    #expect(made.schema["x"]?.notation.isShortest == true)
    #expect(made.schema["class"]?.kind == .category)
    guard case .numbers(let numbers)? = made.rows["x"]?.values else { throw Missing() }
    #expect(numbers.contains { $0 != $0.rounded() })
  }

  @Test func `Missing numbers are refused with the place, and nothing is made where no row lies at the border`() throws
  {
    let labels = Array(repeating: "a", count: 20) + Array(repeating: "b", count: 10)
    var values = (0..<30).map { Double($0) + ($0 < 20 ? 0 : 1000) }
    let far = Tabular.table([
      Tabular.numbers("x", values, kind: .integer), Tabular.categories("class", labels),
    ])
    let none = try Tabular.balance(far.0, far.1, .borderlineSMOTE1, options: ["compatible": "yes"])
    #expect(none.rows.rowCount == 0)
    #expect(none.report.classes.map(\.after) == [20, 10])
    #expect(throws: BalanceError.self) { try Tabular.balance(far.0, far.1, .borderlineSMOTE1) }
    #expect(throws: BalanceError.self) { try Tabular.balance(far.0, far.1, .adasyn) }
    values[3] = .nan
    let holed = Tabular.table([
      Tabular.numbers("x", values, kind: .integer), Tabular.categories("class", labels),
    ])
    let error = #expect(throws: BalanceError.self) {
      try Tabular.balance(holed.0, holed.1, .smote, options: ["compatible": "yes"])
    }
    #expect(error?.description.contains("'x' misses one in row 4") == true)
  }
}

/// A value that a test needs is not there.
struct Missing: Error {}
