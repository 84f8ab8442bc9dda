import Tables
import Tensors

extension TableCoding {
  /// What the numbers of each row that lie outside the training data cost more than the ends of the data, in nats.
  ///
  /// A coding holds numbers at the ends of what was seen, so that nothing beyond them is ever made. For a likelihood that
  /// would make 10⁹ as usual as the largest value seen. Beyond an end the normal tail of a column's scores goes on, on
  /// the scale between the median and that end: the cost is (z² − z₀²) / 2 with z₀ the score of the end.
  func costsBeyondRange(_ table: Table) -> [Double] {
    var costs = [Double](repeating: 0, count: table.rowCount)
    for (coding, column) in zip(columns, table.columns) {
      guard let range = coding.seenRange, case .numbers(let values) = column.values else { continue }
      for (row, value) in values.enumerated() { costs[row] = min(costs[row] + range.cost(of: value), 1e300) }
    }
    return costs
  }
}

/// The ends and the middle of a column's numbers, with the scores of the ends.
struct SeenRange: Sendable, Equatable {
  var low: Double, middle: Double, high: Double
  /// The scores of both ends, as distances from the middle.
  var lowScore: Double, highScore: Double

  /// 0 within the range.
  func cost(of value: Double) -> Double {
    if value > high { return cost(value - high, from: high - middle, score: highScore) }
    if value < low { return cost(low - value, from: middle - low, score: lowScore) }
    return 0
  }

  private func cost(_ beyond: Double, from half: Double, score: Double) -> Double {
    // Where half of the values are the end itself, the other half tells the scale.
    let width = half > 0 ? half : max(high - low, .leastNormalMagnitude)
    // Held within what can be squared.
    let reached = min(score + beyond / width * max(score, 1), 1e150)
    return (reached * reached - score * score) / 2
  }
}

extension ColumnCoding {
  /// The range of the numbers that were seen; nil for other columns.
  var seenRange: SeenRange? {
    switch content {
    case .values(let values, let quantiles) where !values.isEmpty:
      let scores = quantiles.map { abs(NormalDistribution.quantile(Double($0))) }
      return SeenRange(
        low: values[0], middle: values[quantiles.firstIndex { $0 >= 0.5 } ?? values.count - 1],
        high: values[values.count - 1], lowScore: scores[0], highScore: scores[values.count - 1])
    case .continuous(let c):
      let low = c.map.knots[0], high = c.map.knots[c.map.knots.count - 1]
      return SeenRange(
        low: min(low, c.heavy.first ?? low), middle: c.map.value(0.5), high: max(high, c.heavy.last ?? high),
        lowScore: -c.map.score(of: low, tie: 0), highScore: c.map.score(of: high, tie: 1))
    default: return nil
    }
  }
}
