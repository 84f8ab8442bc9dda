import DiffusionCore
import Foundation
import Tables
@testable import TabularDDPM
import Tensors
import Testing

@Suite("Column relations")
struct ColumnRelationTests {
  private func columns(_ share: Float, _ make: (Double, Double) -> Double) -> [[Double]] {
    var random = RandomStream(seed: 3)
    var a: [Double] = [], b: [Double] = [], c: [Double] = []
    for _ in 0..<3000 {
      a.append(Double(1000 + random.integer(below: 100_000)))
      b.append(Double(1000 + random.integer(below: 100_000)))
      let free = Double(1000 + random.integer(below: 100_000))
      c.append(random.uniform() < share ? make(a.last!, b.last!) : free)
    }
    return [a, b, c]
  }

  private func find(_ columns: [[Double]], least: Int = 30) -> [ColumnRelation] {
    ColumnRelation.find(
      target: 2, columns: columns, candidates: [0, 1, 2], eligible: Array(columns[2].indices), decimals: 0,
      least: least,
      random: RandomStream(seed: 4))
  }

  @Test("finds equality, sum, difference and ratio where they hold in a few rows of a hundred")
  func forms() {
    #expect(find(columns(0.05) { a, _ in a }).map(\.form) == [.equal])
    #expect(find(columns(0.05) { a, b in a + b }).map(\.form) == [.sum])
    let difference = find(columns(0.05) { a, b in b - a })
    #expect(difference.map(\.form) == [.difference])
    #expect(difference.first?.parents == [1, 0])
    let ratio = find(columns(0.2) { a, _ in a * 3 })
    #expect(ratio.map(\.form) == [.ratio])
    #expect(abs((ratio.first?.factor ?? 0) - 3) < 1e-6)
  }

  @Test("finds nothing in independent columns")
  func none() { #expect(find(columns(0) { a, _ in a }).isEmpty) }

  @Test("finds nothing where more rows are asked for than there are")
  func unreachable() {
    let columns = columns(1) { a, _ in a }
    #expect(find(columns, least: 3000).count == 1)
    #expect(find(columns, least: 3001).isEmpty)
  }

  @Test("a relation must explain rows that others do not")
  func greedy() {
    // Where a = b, "c equals a" and "c equals b" say the same.
    var data = columns(0.3) { a, _ in a }
    data[1] = data[0]
    #expect(find(data).count == 1)
  }

  @Test("a common value over one of two values of a parent is no ratio")
  func chanceRatio() {
    var table = columns(0) { a, _ in a }
    var random = RandomStream(seed: 5)
    // As the age 22 in the third class: 22 / 3 recurs, and means nothing.
    table[0] = table[0].map { _ in Double(2 + random.integer(below: 2)) }
    table[2] = table[2].map { $0 < 30_000 ? 22 : $0 }
    #expect(find(table).isEmpty)
  }
}

@Suite("Relations in a table")
struct RelationsInATableTests {
  /// The price is a function of the product, and what was paid is the price in most rows.
  @Test("a column that a relation names is known when the relation needs it")
  func parents() throws {
    var random = RandomStream(seed: 3)
    let products = (0..<1000).map { _ in Int32(random.integer(below: 5)) }
    let prices = products.map { Double(1250 + 317 * Int($0)) / 100 }
    let paid = prices.map { random.uniform() < 0.6 ? $0 : (Double(random.uniform()) * 3000).rounded() / 100 }
    let fees = paid.map { _ in random.uniform() < 0.5 ? 4.75 : (Double(random.uniform()) * 3000).rounded() / 100 }
    let table = Table(columns: [
      Column(name: "product", values: .categories(indices: products, levels: ["a", "b", "c", "d", "e"])),
      Column(name: "price", values: .numbers(prices)),
      Column(name: "fee", values: .numbers(Array(repeating: 4.75, count: 1000))),
      Column(name: "paid", values: .numbers(paid)), Column(name: "fees", values: .numbers(fees)),
    ])
    let money = ColumnKind.decimal(digits: 2)
    let schema = Schema(columns: [
      ColumnSchema(name: "product", kind: .category, levels: ["a", "b", "c", "d", "e"]),
      ColumnSchema(name: "price", kind: money), ColumnSchema(name: "fee", kind: money),
      ColumnSchema(name: "paid", kind: money), ColumnSchema(name: "fees", kind: money),
    ])
    // Without heavy values relations are all that can explain the repeats.
    var settings = CodingSettings()
    settings.heavyShare = .infinity
    let coding = TableEncoder(settings).fitted(to: table, schema: schema, random: RandomStream(seed: 1))
    let cells = try coding.encode(table, random: RandomStream(seed: 2))
    var state = coding.decodingState(random: RandomStream(seed: 3))
    let made = coding.decode(cells, &state)
    guard case .numbers(let back) = made.columns[3].values else { return }
    #expect(made.columns.allSatisfy { $0.missingCount == 0 })
    #expect(zip(back, paid).allSatisfy { abs($0 - $1) < 0.006 })

    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(["heavy-share": "1"]), run: SmallTables.run(steps: 60))
    let sampled = try SmallTables.sample(model, SampleRequest(rows: 500, seed: 1))
    guard case .categories(let drawn, let levels) = sampled.columns[0].values,
      case .numbers(let price) = sampled.columns[1].values, case .numbers(let same) = sampled.columns[3].values
    else { return }
    #expect(sampled.columns.allSatisfy { $0.missingCount == 0 })
    let priceOf = Dictionary(zip(["a", "b", "c", "d", "e"], (0..<5).map { Double(1250 + 317 * $0) / 100 })) { $1 }
    #expect(zip(drawn, price).allSatisfy { priceOf[levels[Int($0)]] == $1 })
    #expect(zip(price, same).count { $0 == $1 } > 200)
  }

  /// Half of the deposits are missing; the invoices, which equal them or not, never are.
  @Test("a number never equals one that is missing")
  func missingParents() throws {
    var random = RandomStream(seed: 5)
    func amount() -> Double { (exp(Double(random.normal()) + 5) * 100).rounded() / 100 }
    var deposits: [Double] = [], invoices: [Double] = []
    for _ in 0..<1000 {
      deposits.append(random.uniform() < 0.5 ? .nan : amount())
      invoices.append(!deposits.last!.isNaN && random.uniform() < 0.7 ? deposits.last! : amount())
    }
    let table = Table(columns: [
      Column(name: "deposit", values: .numbers(deposits)), Column(name: "invoice", values: .numbers(invoices)),
    ])
    let money = ColumnKind.decimal(digits: 2)
    let schema = Schema(columns: [
      ColumnSchema(name: "deposit", kind: money, missingCount: deposits.count { $0.isNaN }),
      ColumnSchema(name: "invoice", kind: money),
    ])
    // Hardly trained, so that the network has not learned it.
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 10))
    let free = try SmallTables.sample(model, SampleRequest(rows: 1000, seed: 1))
    #expect(free["invoice"]!.missingCount == 0)
    #expect(free["deposit"]!.missingCount > 200)
    guard case .numbers(let deposit) = free["deposit"]!.values, case .numbers(let invoice) = free["invoice"]!.values
    else { return }
    #expect(zip(deposit, invoice).count { $0 == $1 } > 200)
    let empty = try CellCondition(parsing: "deposit=", schema: schema)
    let given = try SmallTables.sample(model, SampleRequest(rows: 300, seed: 1, conditions: [empty]))
    #expect(given["invoice"]!.missingCount == 0 && given["deposit"]!.missingCount == 300)
  }

  /// A bill may be negative, or far above what is ever paid; a payment, which often equals it, is neither.
  @Test("a number that equals an expression stays within its own range", arguments: ["bill", "payment"])
  func ranges(first: String) throws {
    var random = RandomStream(seed: 6)
    var bills: [Double] = [], payments: [Double] = []
    for _ in 0..<1000 {
      let bill = (Double(random.normal()) * 40_000).rounded() / 100
      bills.append(bill)
      let pays = bill > 0 && bill < 500 && random.uniform() < 0.6
      payments.append(pays ? bill : (Double(random.uniform()) * 50_000).rounded() / 100)
    }
    let table = Table(columns: [
      Column(name: "bill", values: .numbers(bills)), Column(name: "payment", values: .numbers(payments)),
    ])
    let money = ColumnKind.decimal(digits: 2)
    let schema = Schema(columns: [ColumnSchema(name: "bill", kind: money), ColumnSchema(name: "payment", kind: money)])
    // Hardly trained, so that the network has not learned it.
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 10))
    // Conditions are drawn first: both orders of bill and payment are seen.
    let condition = try CellCondition(parsing: "\(first)=-1e9..1e9", schema: schema)
    for request in [
      SampleRequest(rows: 1000, seed: 1), SampleRequest(rows: 1000, seed: 2, conditions: [condition]),
    ] {
      let made = try SmallTables.sample(model, request)
      guard case .numbers(let bill) = made["bill"]!.values, case .numbers(let payment) = made["payment"]!.values
      else { return }
      #expect(zip(bill, payment).count { $0 == $1 } > 50)
      #expect(payment.allSatisfy { $0 >= payments.min()! && $0 <= payments.max()! })
      #expect(bill.contains { $0 < 0 } && bill.contains { $0 > 500 })
    }
  }

  @Test("a part's range follows from the whole's")
  func partRanges() {
    let numbers = [2.0, 3.0, .nan]
    func range(_ form: ColumnRelation.Form, _ parents: [Int], _ part: Int, factor: Double = 1) -> ClosedRange<Double>? {
      ColumnRelation(form: form, parents: parents, factor: factor).range(ofParent: part, within: 0...10) { numbers[$0] }
    }
    #expect(range(.equal, [0], 0) == 0...10)
    #expect(range(.ratio, [0], 0, factor: 2) == 0...5)
    #expect(range(.ratio, [0], 0, factor: -2) == -5...0)
    #expect(range(.sum, [0, 1], 0) == -3...7)
    #expect(range(.difference, [0, 1], 0) == 3...13)
    #expect(range(.difference, [0, 1], 1) == -8...2)
    #expect(range(.sum, [0, 2], 0) == nil)
  }
}
