import DiffusionCore
import DiffusionTesting
import TabularDDPM
import Tables
import Testing

@testable import ClassImbalance

/// Rows of rare classes by a small generator of a few steps.
@Suite struct DiffusionMethodTests {
  static let method = DiffusionMethod(generator: TabularMasked())

  static func balance(
    _ table: Table, _ schema: Schema, ratio: String = "auto", seed: UInt64 = 1, threads: Int = 1,
    steps: Int = 60, options: [String: String] = [:]
  ) throws -> Balanced {
    let classes = try ClassCounts(of: "class", in: table, schema: schema)
    var run = TrainingRun()
    (run.seed, run.threads, run.steps) = (seed, threads, steps)
    let small = ["width": "32", "blocks": "1", "batch": "128"]
    return try method.balance(
      table, schema: schema, request: BalanceRequest(classes: classes, ratio: BalanceRatio(parsing: ratio)),
      options: method.descriptor.options(parsing: small.merging(options) { $1 }), run: run)
  }

  @Test func `As many rows of each class as asked for, in kinds, digits and ranges, and no copies`() throws {
    let (table, schema) = OversamplingTests.mixed()
    let made = try Self.balance(table, schema, ratio: "rare=150,rarest=90")
    #expect(made.report.classes.map(\.label) == ["common", "rare", "rarest"])
    #expect(made.report.classes.map(\.after)[1...] == [150, 90])
    #expect(made.report.copies == 0)
    #expect(made.rows.rowCount == made.report.newRows)
    #expect(made.rows.columnNames == table.columnNames)
    #expect(made.training?.training.steps ?? 0 > 0)
    guard case .categories(let classes, let levels)? = made.rows["class"]?.values else { throw Missing() }
    let rare = 150 - made.report.classes[1].before
    // Class after class.
    #expect(classes[..<rare].allSatisfy { levels[Int($0)] == "rare" })
    #expect(classes[rare...].allSatisfy { levels[Int($0)] == "rarest" })
    for (name, digits) in [("age", 1.0), ("income", 100.0), ("day", 1.0)] {
      guard case .numbers(let new)? = made.rows[name]?.values, case .numbers(let old)? = table[name]?.values else {
        throw Missing()
      }
      let known = old.filter { !$0.isNaN }
      for value in new where !value.isNaN {
        #expect((value * digits).rounded() / digits == value)
        #expect(value >= known.min()! && value <= known.max()!)
      }
      #expect(name == "age" || !new.contains { $0.isNaN })
    }
  }

  @Test func `The same seed gives the same rows with any number of threads, another seed others`() throws {
    let (table, schema) = OversamplingTests.mixed(rows: 200)
    let one = try Self.balance(table, schema, ratio: "minority", seed: 9)
    let three = try Self.balance(table, schema, ratio: "minority", seed: 9, threads: 3)
    #expect(one.rows == three.rows)
    #expect(one.rows != (try Self.balance(table, schema, ratio: "minority", seed: 10)).rows)
  }

  @Test func `Whole numbers are classes too, and identifiers are new and differ`() throws {
    let (table, schema) = OversamplingTests.mixed(rows: 240)
    let ids = (0..<240).map { "R-\(1000 + $0)" as String? }
    guard case .categories(let classes, _)? = table["class"]?.values else { throw Missing() }
    let columns =
      table.columns.filter { $0.name != "class" } + [
        Column(name: "id", values: .texts(ids)), Column(name: "class", values: .numbers(classes.map { Double($0) })),
      ]
    let schemas =
      schema.columns.filter { $0.name != "class" } + [
        ColumnSchema(name: "id", kind: .identifier(pattern: .learn(from: ids.compactMap { $0 }, column: "id"))),
        ColumnSchema(name: "class", kind: .integer, minimum: 0, maximum: 2),
      ]
    let made = try Self.balance(Table(columns: columns), Schema(columns: schemas))
    #expect(Set(made.report.classes.map(\.after)).count == 1)
    guard case .texts(let new)? = made.rows["id"]?.values, case .numbers(let labels)? = made.rows["class"]?.values
    else {
      throw Missing()
    }
    #expect(Set(new).count == made.rows.rowCount && Set(new).isDisjoint(with: Set(ids)))
    #expect(labels.allSatisfy { $0 == 0 || $0 == 1 || $0 == 2 })
  }

  @Test func `Where a class has few possible rows, copies come last and are counted`() throws {
    // Four possible rows of the class, all of them in the table.
    let labels = (0..<200).map { $0 < 20 ? "b" : "a" }
    let (table, schema) = Tabular.table([
      Tabular.categories("u", (0..<200).map { $0 % 2 == 0 ? "x" : "y" }),
      Tabular.categories("v", (0..<200).map { $0 % 4 < 2 ? "x" : "y" }), Tabular.categories("class", labels),
    ])
    let made = try Self.balance(table, schema)
    #expect(made.rows.rowCount == 160)
    #expect(made.report.copies == 160)
  }

  @Test func `Repeats bring classes up by the power of the emphasis`() throws {
    let (table, schema) = Tabular.table([
      Tabular.numbers("x", (0..<111).map(Double.init), kind: .integer),
      Tabular.categories("class", (0..<111).map { $0 == 0 ? "c" : $0 <= 10 ? "b" : "a" }),
    ])
    let classes = try ClassCounts(of: "class", in: table, schema: schema)
    func perClass(_ emphasis: Double) -> [Int]? {
      DiffusionMethod.repeats(classes, emphasis: emphasis).map { [$0[110], $0[10], $0[0]] }
    }
    #expect(perClass(0) == nil)
    #expect(perClass(0.5) == [1, 3, 10])
    #expect(perClass(1) == [1, 10, 100])
  }

  @Test func `A class of fewer than five rows is refused, and no training begins where no row is wanted`() throws {
    let (table, schema) = OversamplingTests.mixed(rows: 60)
    #expect {
      try Self.balance(table, schema)
    } throws: {
      "\($0)".contains("class 'rarest' has 3 rows, and diffusion needs 5 to learn from; use --method random")
    }
    let none = try Self.balance(table, schema, ratio: "rarest=3")
    #expect(none.rows.rowCount == 0 && none.training == nil)
  }

  @Test func `The plugin with a generator keeps the laws of plugins`() throws {
    try checkPlugin(ClassImbalancePlugin(generator: TabularMasked()))
  }
}
