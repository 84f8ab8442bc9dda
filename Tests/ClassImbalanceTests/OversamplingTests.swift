import DiffusionCore
import DiffusionTesting
import Tables
import Tensors
import Testing

@testable import ClassImbalance

/// What holds of the methods as they are without `compatible`.
@Suite struct OversamplingTests {
  /// A table with an integer, a decimal, a date, categories, missing cells and twins; three classes.
  static func mixed(rows: Int = 400, seed: UInt64 = 1, categories: Bool = true) -> (Table, Schema) {
    var random = RandomStream(seed: seed)
    func missing(_ share: Double) -> Bool { random.uniformDouble() < share }
    var age: [Double] = [], income: [Double] = [], day: [Double] = [], city: [String?] = [], label: [String] = []
    for row in 0..<rows {
      let place = row % 20 == 0 ? 2 : row % 7 == 0 ? 1 : 0
      label.append(["common", "rare", "rarest"][place])
      age.append(missing(0.1) ? .nan : (20 + 40 * random.uniformDouble() + Double(5 * place)).rounded())
      income.append(((1000 + 500 * random.uniformDouble() * Double(place + 1)) * 100).rounded() / 100)
      day.append((18_000 + 300 * random.uniformDouble()).rounded())
      city.append(missing(0.05) ? nil : ["Oslo", "Bergen", "Tromsø"][Int(random.uniformDouble() * 3)])
    }
    var columns = [
      Tabular.numbers("age", age, kind: .integer), Tabular.numbers("income", income, kind: .decimal(digits: 2)),
      Tabular.numbers("day", day, kind: .date(format: try! DateFormat(pattern: "yyyy-MM-dd"))),
      Tabular.categories("class", label),
    ]
    if categories { columns.append(Tabular.categories("city", city)) }
    return Tabular.table(columns)
  }

  static let kinds: [OversamplingMethod.Kind] = [
    .smote, .smoteNC, .borderlineSMOTE1, .borderlineSMOTE2, .adasyn, .random, .randomSmoothed,
  ]

  @Test(arguments: kinds) func `As many rows as asked for, in kinds, digits and ranges of the columns`(
    kind: OversamplingMethod.Kind
  ) throws {
    let (table, schema) = Self.mixed(categories: [.smoteNC, .random, .randomSmoothed].contains(kind))
    let made = try Tabular.balance(table, schema, kind, ratio: "rare=150,rarest=90", seed: 5)
    #expect(made.report.classes.map(\.label) == ["common", "rare", "rarest"])
    #expect(made.report.classes.map(\.after)[1...] == [150, 90])
    #expect(made.report.classes[0].after == made.report.classes[0].before)
    #expect(made.rows.rowCount == made.report.newRows)
    #expect(made.rows.columnNames == table.columnNames)
    #expect(made.schema == schema)
    guard case .categories(let classes, let levels)? = made.rows["class"]?.values else { throw Missing() }
    #expect(classes.count { levels[Int($0)] == "rarest" } == 90 - made.report.classes[2].before)
    for (name, digits) in [("age", 1.0), ("income", 100.0), ("day", 1.0)] {
      guard case .numbers(let new)? = made.rows[name]?.values, case .numbers(let old)? = table[name]?.values else {
        throw Missing()
      }
      let known = old.filter { !$0.isNaN }
      for value in new where !value.isNaN {
        #expect((value * digits).rounded() / digits == value)
        #expect(value >= known.min()! && value <= known.max()!)
      }
      // A tenth of the ages is missing, in new rows too: four deviations of 150 draws.
      if name == "age" { #expect((0.005...0.2).contains(Double(new.count { $0.isNaN }) / Double(new.count))) }
      if name != "age" { #expect(!new.contains { $0.isNaN }) }
    }
  }

  @Test(arguments: kinds) func `The same seed gives the same rows with any number of threads, another seed others`(
    kind: OversamplingMethod.Kind
  ) throws {
    let (table, schema) = Self.mixed(categories: kind == .smoteNC)
    let one = try Tabular.balance(table, schema, kind, seed: 9)
    let three = try Tabular.balance(table, schema, kind, seed: 9, threads: 3)
    let other = try Tabular.balance(table, schema, kind, seed: 10)
    #expect(one.rows == three.rows)
    #expect(one.rows != other.rows)
  }

  @Test func `SMOTE-N takes what most of the nearest have`() throws {
    var random = RandomStream(seed: 4)
    let labels = (0..<120).map { $0 < 90 ? "a" : "b" }
    let columns = (0..<3).map { place in
      Tabular.categories(
        "c\(place)", labels.map { _ in ["u", "v", "w", "x"][Int(random.uniformDouble() * 4)] })
    }
    let (table, schema) = Tabular.table(columns + [Tabular.categories("class", labels)])
    let made = try Tabular.balance(table, schema, .smoteN, seed: 2, threads: 2)
    #expect(made.rows.rowCount == 60)
    #expect(made.rows == (try Tabular.balance(table, schema, .smoteN, seed: 2)).rows)
    // With no other neighbours than all rows of the class, every new row has its most frequent levels.
    let all = try Tabular.balance(table, schema, .smoteN, options: ["neighbours": "29"])
    for place in 0..<3 {
      let old = Tabular.cells(try #require(table["c\(place)"]))[90...]
      let counts = Dictionary(grouping: old.map { "\($0)" }, by: { $0 }).mapValues(\.count)
      for cell in Tabular.cells(try #require(all.rows["c\(place)"])) {
        #expect(counts["\(cell)"] == counts.values.max())
      }
    }
  }

  @Test func `A row is not its own neighbour where it has twins`() throws {
    // Every rare row has a twin; the nearest row beside twin and itself is another pair.
    let rare = [1.0, 1, 5, 5, 9, 9, 13, 13]
    let (table, schema) = Tabular.table([
      Tabular.numbers("x", rare + (0..<40).map { 100 + Double($0) }, kind: .decimal(digits: 6)),
      Tabular.categories("class", rare.map { _ in "b" } + Array(repeating: "a", count: 40)),
    ])
    let made = try Tabular.balance(table, schema, .smote, seed: 1, options: ["neighbours": "1"])
    // With one neighbour, the twin, all rows are copies; the report says so.
    #expect(made.report.classes.map(\.copies) == [0, 32])
    let two = try Tabular.balance(table, schema, .smote, seed: 1, options: ["neighbours": "3"])
    #expect(two.report.copies < 32)
  }

  @Test func `Categories count in distances like the numbers' median deviation, whatever its size`() throws {
    // Rare rows of two categories with the same small numbers: of each the three nearest have its category.
    let numbers = (0..<24).map { Double($0 % 12) / 1e9 }
    let city: [String?] = (0..<24).map { $0 < 12 ? "left" : "right" }
    let (table, schema) = Tabular.table([
      Tabular.numbers("x", numbers + (0..<30).map { Double($0) }, kind: .decimal(digits: 12)),
      Tabular.categories("city", city + Array(repeating: "far", count: 30)),
      Tabular.categories("class", Array(repeating: "b", count: 24) + Array(repeating: "a", count: 30)),
    ])
    func cities(_ options: [String: String]) throws -> Set<String> {
      let made = try Tabular.balance(
        table, schema, .smoteNC, seed: 3, options: options.merging(["neighbours": "3"]) { $1 })
      return Set(Tabular.cells(try #require(made.rows["city"])).map { "\($0)" })
    }
    #expect(try cities([:]) == [#"text("left")"#, #"text("right")"#])
    // imbalanced-learn takes votes this light for tied, with categories that nobody of the class has.
    #expect(try cities(["compatible": "yes"]).contains(#"text("far")"#))
  }

  @Test func `Scaling by deviations makes columns count alike`() throws {
    // The great column is noise; the small one tells which rows belong together.
    var random = RandomStream(seed: 6)
    let group = (0..<60).map { _ in Double(Int(random.uniformDouble() * 3)) }
    let (table, schema) = Tabular.table([
      Tabular.numbers("great", group.map { _ in random.uniformDouble() * 1e6 }, kind: .decimal(digits: 3)),
      Tabular.numbers("small", group, kind: .decimal(digits: 6)),
      Tabular.categories("class", (0..<60).map { $0 < 20 ? "b" : "a" }),
    ])
    func mixedShare(_ scale: String) throws -> Double {
      let made = try Tabular.balance(table, schema, .smote, options: ["scale": scale, "neighbours": "2"])
      guard case .numbers(let values)? = made.rows["small"]?.values else { throw Missing() }
      return Double(values.count { $0 != $0.rounded() }) / Double(values.count)
    }
    #expect(try mixedShare("none") > 0.3)
    #expect(try mixedShare("standard") < 0.2)
  }

  @Test func `ADASYN shares out exactly what was asked for`() {
    for (sum, shares) in [(10, [0.5, 0.25, 0.25]), (7, [1.0 / 3, 1.0 / 3, 1.0 / 3]), (1, [0.1, 0.2, 0.7])] {
      let whole = ADASYNSampler.apportioned(sum, shares)
      #expect(whole.reduce(0, +) == sum)
      for (one, share) in zip(whole, shares) { #expect((Double(one) - share * Double(sum)).magnitude < 1) }
    }
  }

  @Test func `Classes too small, and tables without the columns a method needs, are refused with the cure`() throws {
    let (table, schema) = Self.mixed(rows: 60)
    func error(_ kind: OversamplingMethod.Kind, _ options: [String: String] = [:]) -> String {
      do {
        _ = try Tabular.balance(table, schema, kind, options: options)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(error(.smote).contains("'city' is a category; use --method smote-nc"))
    #expect(error(.smoteN).contains("'age' is a number"))
    #expect(
      error(.smoteNC).contains("class 'rarest' has 3 rows, too few for 5 neighbours of each; give --neighbours 2"))
    #expect(error(.smoteNC, ["neighbours": "2"]).isEmpty)
    #expect(error(.random).isEmpty)
    let (few, fewSchema) = Self.mixed(rows: 20)
    #expect {
      try Tabular.balance(few, fewSchema, .smoteNC, ratio: "rarest=5")
    } throws: {
      "\($0)".contains("class 'rarest' has one row") && "\($0)".contains("--method random")
    }
  }

  @Test func `Numbers in scientific notation keep the digits that they need`() {
    let column = ColumnSchema(name: "x", kind: .decimal(digits: 1), notation: .init(isShortest: true))
    let grid = NumberGrid(column, values: [1.5e-5, 0.25, 3, .nan], missing: [false, false, false, true])
    #expect(grid.nearest(to: 0.123456789) == 0.123457)
    #expect(grid.nearest(to: 7) == 3)
    let fine = NumberGrid(column, values: [1.5e-20, 0.25], missing: [])
    #expect(fine.nearest(to: 0.123456789123456789) == 0.123456789123456789)
  }

  @Test func `The plugin keeps the laws of plugins`() throws { try checkPlugin(ClassImbalancePlugin()) }
}
