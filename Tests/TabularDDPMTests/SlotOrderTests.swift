@testable import TabularDDPM
import Tensors
import Testing

@Suite("Orders in which slots are revealed")
struct SlotOrderTests {
  /// A slot alone, a pair, a chain of four, and a tree.
  private static let layouts: [[Int?]] = [
    [nil, nil, 1], [nil, 0, 1, 2, nil], [3, 0, 1, nil], [nil, 0, 0, 1, 1, nil, 5], [],
  ]

  @Test("no slot comes before the one that it follows, and all such orders are equally likely", arguments: layouts)
  func uniform(predecessors: [Int?]) {
    let order = SlotOrder(after: predecessors), draws = 40_000
    var shuffled = Array(predecessors.indices), place = shuffled, random = RandomStream(seed: 3)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<draws {
      order.draw(&shuffled, &place, &random)
      #expect(Set(place) == Set(predecessors.indices))
      for (slot, before) in predecessors.enumerated() {
        if let before { #expect(place[before] < place[slot]) }
      }
      counts[place, default: 0] += 1
    }
    // n! / ∏ held orders exist.
    let orders = predecessors.indices.reduce(1) { $0 * ($1 + 1) } / order.held.reduce(1, *)
    #expect(counts.count == orders)
    let expected = Double(draws) / Double(orders)
    let chiSquare = counts.values.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let freedom = Double(orders - 1)
    #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot() + 1)
  }

  @Test("a slot comes next by how many wait for it, if its predecessor is visible", arguments: layouts.dropLast())
  func next(predecessors: [Int?]) {
    let order = SlotOrder(after: predecessors), slots = predecessors.count
    var shuffled = Array(predecessors.indices), place = shuffled, random = RandomStream(seed: 4)
    // By the set of visible slots, how often each slot came next.
    var counts: [Set<Int>: [Int]] = [:]
    for _ in 0..<40_000 {
      order.draw(&shuffled, &place, &random)
      let revealed = predecessors.indices.sorted { place[$0] < place[$1] }
      for count in 0..<slots {
        counts[Set(revealed[..<count]), default: Array(repeating: 0, count: slots)][revealed[count]] += 1
      }
    }
    for (visible, next) in counts {
      let total = Double(next.reduce(0, +)), hidden = Double(slots - visible.count)
      for slot in 0..<slots {
        let isFree = !visible.contains(slot) && predecessors[slot].map { visible.contains($0) } ?? true
        let chance = isFree ? Double(order.held[slot]) / hidden : 0
        #expect(abs(Double(next[slot]) - total * chance) <= 5 * (total * chance * (1 - chance)).squareRoot() + 1e-9)
      }
    }
  }
}
