import DiffusionCore
import Tensors
import Testing

@Suite struct RevealOrderTests {
  @Test func ordersArePermutationsThatRespectTheConstraints() throws {
    let predecessors: [Int?] = [nil, 0, nil, 2, 1, nil, 2]
    let order = try RevealOrder(after: predecessors)
    var random = RandomStream(seed: 1)
    for _ in 0..<500 {
      let drawn = order.random(&random)
      #expect(drawn.sorted() == Array(0..<7))
      for (code, before) in predecessors.enumerated() {
        if let before { #expect(drawn.firstIndex(of: before)! < drawn.firstIndex(of: code)!) }
      }
    }
  }

  /// Two pairs have 4! / (2 · 2) = 6 orders. Of 30,000 draws each comes 5,000 times with a deviation of 65; a chain
  /// of two beside a fork has 5! / (2 · 3) = 20 orders of 1,500 ± 38. Tolerance: five deviations.
  @Test(arguments: [
    (predecessors: [nil, 0, nil, 2] as [Int?], orders: 6, deviation: 65.0),
    (predecessors: [nil, 0, nil, 2, 2], orders: 20, deviation: 38),
    (predecessors: [nil, nil, nil], orders: 6, deviation: 65),
  ])
  func everyOrderIsEquallyLikely(predecessors: [Int?], orders: Int, deviation: Double) throws {
    let order = try RevealOrder(after: predecessors)
    var random = RandomStream(seed: 2)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<30_000 { counts[order.random(&random), default: 0] += 1 }
    #expect(counts.count == orders)
    for count in counts.values { #expect(abs(Double(count) - 30_000 / Double(orders)) < 5 * deviation) }
  }

  @Test func impossibleConstraintsAreErrors() {
    #expect(throws: RevealOrderError.cycle(codes: [0, 1, 2])) { try RevealOrder(after: [1, 0, 1, nil]) }
    #expect(throws: RevealOrderError.cycle(codes: [0])) { try RevealOrder(after: [0]) }
    #expect(throws: RevealOrderError.noSuchCode(5, named: 1, count: 2)) { try RevealOrder(after: [nil, 5]) }
  }

  @Test func oneSeedGivesOneOrder() throws {
    let order = try RevealOrder(after: Array(repeating: nil, count: 20))
    var first = RandomStream(seed: 3)
    var second = RandomStream(seed: 3)
    #expect(order.random(&first) == order.random(&second))
    #expect(order.random(&first) != order.random(&second).reversed())
    #expect(try RevealOrder(after: []).random(&first) == [])
  }
}
