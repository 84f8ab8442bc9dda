import NeuralNetworks

/// Random orders of a row's slots in which no slot comes before the one that it follows; all such orders are equally
/// likely, as in `RevealOrder`, by which rows are sampled.
///
/// Of the slots that are still hidden, one whose predecessor is visible comes next with probability h / n: n slots are
/// hidden, and h of them wait for it, itself included. One whose predecessor is hidden never comes next.
///
///     let order = SlotOrder(after: [nil, 0, nil])
///     order.held  // [2, 1, 1]: at first, slot 0 comes next in two orders of three.
///
/// Source: D. Knuth, The Art of Computer Programming 3, section 5.1.4, exercise 20: a forest has n! / ∏ h orders.
struct SlotOrder: Sendable {
  /// For each slot the one that must come before it, or nil.
  let predecessors: [Int?]
  /// For each slot how many wait for it, itself included.
  let held: [Int]
  private let successors: [[Int]]
  /// The slots that depend on each other, each group beginning with its first; slots that stand alone are left out.
  private let groups: [[Int]]

  /// - Precondition: the predecessors form a forest.
  init(after predecessors: [Int?]) {
    self.predecessors = predecessors
    var successors = Array(repeating: [Int](), count: predecessors.count)
    for case (let slot, let before?) in predecessors.enumerated() { successors[before].append(slot) }
    var held = Array(repeating: 1, count: predecessors.count), groups: [[Int]] = [], reached = 0
    for root in predecessors.indices where predecessors[root] == nil {
      var group = [root], next = 0
      while next < group.count {
        group += successors[group[next]]
        next += 1
      }
      for slot in group.reversed() {
        if let before = predecessors[slot] { held[before] += held[slot] }
      }
      reached += group.count
      if group.count > 1 { groups.append(group) }
    }
    precondition(reached == predecessors.count, "slots wait for each other: \(predecessors)")
    (self.successors, self.held, self.groups) = (successors, held, groups)
  }

  /// Draws an order.
  ///
  /// - Parameters:
  ///   - shuffled: any permutation of the slots; it is shuffled further and may be used again.
  ///   - place: receives each slot's place in the order.
  func draw(_ shuffled: inout [Int], _ place: inout [Int], _ random: inout RandomStream) {
    var last = shuffled.count - 1
    while last > 0 {
      shuffled.swapAt(last, random.integer(below: last + 1))
      last -= 1
    }
    for (position, slot) in shuffled.enumerated() { place[slot] = position }
    // The places that a group has are as random as all; within them it takes an order of its own.
    for group in groups {
      if group.count == 2 {
        if place[group[0]] > place[group[1]] { place.swapAt(group[0], group[1]) }
        continue
      }
      var free = [group[0]]
      for position in group.map({ place[$0] }).sorted() {
        let slot = free.remove(at: pick(free, &random))
        place[slot] = position
        free += successors[slot]
      }
    }
  }

  /// One of the slots that may come next, each in proportion to how many wait for it.
  private func pick(_ free: [Int], _ random: inout RandomStream) -> Int {
    guard free.count > 1 else { return 0 }
    var left = random.integer(below: free.reduce(0) { $0 + held[$1] })
    for (index, slot) in free.enumerated() {
      left -= held[slot]
      if left < 0 { return index }
    }
    return free.count - 1
  }
}
