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

  @Test("a relation must explain rows that others do not")
  func greedy() {
    // Where a = b, "c equals a" and "c equals b" say the same.
    var data = columns(0.3) { a, _ in a }
    data[1] = data[0]
    #expect(find(data).count == 1)
  }
}
