extension Metrics {
  /// Kendall's τ_b: pairs in the same order less pairs in the opposite order, over the geometric mean of the pairs that
  /// are not tied in each list. Nil where one list does not vary. The time is quadratic: for short lists.
  public static func kendall(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "ranks of different things cannot be compared")
    var agreement = 0
    var untiedA = 0
    var untiedB = 0
    for i in a.indices {
      for j in a.indices where j < i {
        let signA = a[i] == a[j] ? 0 : a[i] > a[j] ? 1 : -1
        let signB = b[i] == b[j] ? 0 : b[i] > b[j] ? 1 : -1
        agreement += signA * signB
        untiedA += abs(signA)
        untiedB += abs(signB)
      }
    }
    guard untiedA > 0, untiedB > 0 else { return nil }
    return Double(agreement) / (Double(untiedA) * Double(untiedB)).squareRoot()
  }

  /// Spearman's ρ: the correlation of mid-ranks. Nil where one list does not vary.
  public static func spearman(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "ranks of different things cannot be compared")
    let x = midRanks(a)
    let y = midRanks(b)
    let middle = Double(a.count + 1) / 2
    var product = 0.0
    var squaresX = 0.0
    var squaresY = 0.0
    for (rankX, rankY) in zip(x, y) {
      product += (rankX - middle) * (rankY - middle)
      squaresX += (rankX - middle) * (rankX - middle)
      squaresY += (rankY - middle) * (rankY - middle)
    }
    guard squaresX > 0, squaresY > 0 else { return nil }
    return product / (squaresX * squaresY).squareRoot()
  }

  /// Ranks from 1, equal values sharing the mean of theirs.
  static func midRanks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      // At least one: a missing value equals nothing.
      repeat { end += 1 } while end < order.count && values[order[end]] == values[order[start]]
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }
}
