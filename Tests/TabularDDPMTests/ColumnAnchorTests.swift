import DiffusionCore
import Foundation
import Tables
import Tensors
import Testing

@testable import TabularDDPM

@Suite("Column anchors")
struct ColumnAnchorTests {
  private func find(_ columns: [[Double]], target: Int) -> [ColumnRelation] {
    ColumnAnchor.find(
      target: target, columns: columns, candidates: Array(columns.indices), rows: Array(columns[target].indices),
      map: QuantileMap(sorted: columns[target].sorted()), random: RandomStream(seed: 1)
    ).map(\.relation)
  }

  /// Amounts spread over two orders of magnitude.
  private func amounts(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in (1000 * exp(Double(random.normal()))).rounded() }
  }

  @Test("independent columns have none, whatever their scales", arguments: [UInt64(1), 2, 3, 4])
  func none(seed: UInt64) {
    var random = RandomStream(seed: seed)
    let columns =
      (0..<4).map { amounts(4000, seed: 10 * seed + $0) } + [(0..<4000).map { _ in Double(random.integer(below: 5)) }]
    for target in 0..<4 { #expect(find(columns, target: target).isEmpty) }
  }

  @Test("a smooth dependence is left to the network")
  func smooth() {
    var random = RandomStream(seed: 5)
    let a = (0..<4000).map { _ in Double(random.normal()) }
    let b = a.map { 0.5 * $0 + Double(random.normal()) }
    #expect(find([a, b], target: 1).isEmpty)
  }

  @Test("a number that is hardly above another, and one that never exceeds another")
  func single() {
    var random = RandomStream(seed: 6)
    let bill = amounts(4000, seed: 7)
    let near = bill.map { random.uniform() < 0.2 ? $0 + Double(1 + random.integer(below: 20)) : $0 * 0.3 + 500 }
    #expect(find([bill, near], target: 1).first == ColumnRelation(form: .equal, parents: [0]))
    let below = bill.map { $0 * Double(1 - 0.5 * random.uniform() * random.uniform()) }
    #expect(find([bill, below], target: 1).first == ColumnRelation(form: .equal, parents: [0]))
  }

  @Test("a balance after a payment, from every side")
  func pair() {
    var random = RandomStream(seed: 8)
    let before = amounts(4000, seed: 9), paid = before.map { ($0 * Double(random.uniform())).rounded() }
    let after = zip(before, paid).map { $0 - $1 + (20 * exp(0.5 * Double(random.normal()))).rounded() }
    let columns = [after, before, paid]
    #expect(find(columns, target: 0).first == ColumnRelation(form: .difference, parents: [1, 2]))
    #expect(find(columns, target: 1).first == ColumnRelation(form: .sum, parents: [0, 2]))
    #expect(find(columns, target: 2).first == ColumnRelation(form: .difference, parents: [1, 0]))
  }

  @Test("a mirrored amount")
  func mirrored() {
    var random = RandomStream(seed: 10)
    let length = amounts(4000, seed: 11)
    let moment = length.map { (random.uniform() < 0.5 ? 1 : -1) * $0 * (1 + 0.03 * Double(random.normal())) }
    let found = find([length, moment], target: 1)
    #expect(found.contains(ColumnRelation(form: .equal, parents: [0])))
    #expect(found.contains(ColumnRelation(form: .ratio, parents: [0], factor: -1)))
  }

  /// 0.1 + 0.2 is 0.3 to the last digit, though not to the last bit.
  @Test("rows that an exact relation explains make no anchor")
  func explained() throws {
    var random = RandomStream(seed: 14)
    func cents(_ seed: UInt64) -> [Double] { amounts(3000, seed: seed).map { $0 / 100 } }
    let net = cents(15), tax = cents(16), other = cents(17)
    let total = net.indices.map { row in
      random.uniform() < 0.4 ? ((net[row] + tax[row]) * 100).rounded() / 100 : other[row]
    }
    #expect(zip(zip(net, tax), total).contains { abs($0.0 + $0.1 - $1) < 1e-9 && $0.0 + $0.1 != $1 })
    let names = ["net", "tax", "total"], values = [net, tax, total]
    let coding = TableEncoder().fitted(
      to: Table(columns: zip(names, values).map { Column(name: $0, values: .numbers($1)) }),
      schema: Schema(columns: names.map { ColumnSchema(name: $0, kind: .decimal(digits: 2)) }),
      random: RandomStream(seed: 1))
    guard case .continuous(let content) = coding.columns[2].content else { Issue.record("not continuous"); return }
    #expect(content.relations.map(\.form) == [.sum])
    #expect(content.anchors.isEmpty)
  }

  /// The bond holds in generated rows: charges are never below zero, as in the data. Without anchors, one row in twelve
  /// or more breaks it after such a training.
  @Test("generated balances keep the bond")
  func generated() throws {
    var random = RandomStream(seed: 12)
    let before = amounts(6000, seed: 13), paid = before.map { ($0 * Double(random.uniform())).rounded() }
    let after = zip(before, paid).map { $0 - $1 + (20 * exp(0.5 * Double(random.normal()))).rounded() }
    let names = ["after", "before", "paid"], values = [after, before, paid]
    let table = Table(columns: zip(names, values).map { Column(name: $0, values: .numbers($1)) })
    let schema = Schema(
      columns: zip(names, values).map {
        ColumnSchema(name: $0, kind: .integer, minimum: $1.min(), maximum: $1.max())
      })
    func broken(anchors: String) throws -> Double {
      let method = TabularMasked()
      var run = TrainingRun()
      (run.steps, run.seed, run.threads) = (600, 1, 2)
      let fitted = try method.fit(
        table, schema: schema,
        options: try method.descriptor.options(parsing: ["anchors": anchors, "width": "128"]),
        run: run)
      var made: [[Double]] = [[], [], []]
      try fitted.sample(SampleRequest(rows: 3000, seed: 1, threads: 2)) { piece in
        for (index, column) in piece.columns.enumerated() {
          if case .numbers(let values) = column.values { made[index] += values }
        }
      }
      let bad = made[0].indices.filter { made[0][$0] - made[1][$0] + made[2][$0] < -10 }
      return Double(bad.count) / 3000
    }
    let with = try broken(anchors: "yes"), without = try broken(anchors: "no")
    #expect(with < 0.04, "\(with) of the rows break the bond")
    #expect(without > 2 * with, "\(with) with anchors, \(without) without")
  }
}
