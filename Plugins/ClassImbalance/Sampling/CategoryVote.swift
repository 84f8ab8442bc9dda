/// Which category most of a row's neighbours have.
struct CategoryVote: Sendable {
  /// Neighbours that vote for each row.
  let count: Int
  /// What a vote weighs where ties are told as in imbalanced-learn.
  let weight: Double
  let isCompatible: Bool

  /// The winners of one column.
  ///
  /// - Parameters:
  ///   - rows: the row whose neighbours vote, for each new row.
  ///   - neighbours: the neighbours of each row, `[rows, count]`.
  ///   - codes: the category of each row.
  ///   - levels: how many categories there are.
  func winners(
    _ rows: [Int], neighbours: [Int32], codes: [Int32], levels: Int, _ random: inout RandomState
  ) -> [Int32] {
    var candidates: [Int32] = [], offsets: [Int] = [0]
    candidates.reserveCapacity(rows.count)
    offsets.reserveCapacity(rows.count + 1)
    var votes: [(code: Int32, votes: Int)] = []
    let sums = (0...count).reduce(into: [Double]()) { sums, _ in sums.append(sums.last.map { $0 + weight } ?? 0) }
    for row in rows {
      votes.removeAll(keepingCapacity: true)
      for place in row * count..<(row + 1) * count {
        let code = codes[Int(neighbours[place])]
        if let known = votes.firstIndex(where: { $0.code == code }) {
          votes[known].votes += 1
        } else {
          votes.append((code, 1))
        }
      }
      let most = votes.reduce(0) { max($0, $1.votes) }
      func isTied(_ votes: Int) -> Bool {
        guard isCompatible else { return votes == most }
        return (sums[votes] - sums[most]).magnitude <= 1e-8 + 1e-5 * sums[most].magnitude
      }
      let begin = candidates.count
      if isTied(0) {
        candidates.append(contentsOf: 0..<Int32(levels))
      } else {
        for vote in votes where isTied(vote.votes) { candidates.append(vote.code) }
        candidates[begin...].sort()
      }
      offsets.append(candidates.count)
    }
    return isCompatible
      ? shuffled(candidates, offsets, &random) : drawn(candidates, offsets, &random)
  }

  /// One of each row's candidates.
  private func drawn(_ candidates: [Int32], _ offsets: [Int], _ random: inout RandomState) -> [Int32] {
    (0..<offsets.count - 1).map { row in
      let ties = offsets[row + 1] - offsets[row]
      return candidates[offsets[row] + Int(random.integer(through: UInt64(ties - 1)))]
    }
  }

  /// Of each row's candidates the one that a shuffle of all brings to the front.
  private func shuffled(_ candidates: [Int32], _ offsets: [Int], _ random: inout RandomState) -> [Int32] {
    let order = random.permutation(candidates.count)
    var ranks = [Int32](repeating: 0, count: order.count)
    for (rank, place) in order.enumerated() { ranks[Int(place)] = Int32(rank) }
    return (0..<offsets.count - 1).map { row in
      candidates[(offsets[row]..<offsets[row + 1]).min { ranks[$0] < ranks[$1] }!]
    }
  }
}
