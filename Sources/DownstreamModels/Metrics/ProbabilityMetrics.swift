import Foundation

extension Metrics {
  /// The Brier score: the mean squared difference of probability and outcome (G. Brier, 1950).
  public static func brier(_ probabilities: [Double], positive: [Bool]) -> Double? {
    guard !probabilities.isEmpty else { return nil }
    let sum = zip(probabilities, positive).reduce(0.0) { sum, pair in
      let difference = pair.0 - (pair.1 ? 1 : 0)
      return sum + difference * difference
    }
    return sum / Double(probabilities.count)
  }

  /// The mean of −log of the probability given to what was observed, in nats; probabilities clipped to
  /// [2⁻⁵², 1 − 2⁻⁵²]. `probabilities` is `[rows, classes]`.
  public static func logLoss(_ probabilities: [Double], observed: [Int], classes: Int) -> Double? {
    guard !observed.isEmpty else { return nil }
    let sum = observed.indices.reduce(0) { $0 + logLossTerm(probabilities[$1 * classes + observed[$1]]) }
    return sum / Double(observed.count)
  }

  static func logLossTerm(_ probability: Double) -> Double {
    -Foundation.log(min(max(probability, .ulpOfOne), 1 - .ulpOfOne))
  }

  /// Rows in `groups` equally wide ranges of probability: the mean prediction, the share of positives and the number of
  /// rows of each group that has rows.
  ///
  /// Source: A. Niculescu-Mizil, R. Caruana, "Predicting good probabilities with supervised learning", ICML 2005.
  public static func calibration(
    _ probabilities: [Double], positive: [Bool], groups: Int = 10
  ) -> (predicted: [Double], observed: [Double], rows: [Int]) {
    var sums = [Double](repeating: 0, count: groups)
    var hits = [Int](repeating: 0, count: groups)
    var rows = hits
    for (probability, isPositive) in zip(probabilities, positive) {
      // Right edges belong to their group, as scikit-learn counts.
      let group = min(max(Int((probability * Double(groups)).rounded(.up)) - 1, 0), groups - 1)
      sums[group] += probability
      rows[group] += 1
      if isPositive { hits[group] += 1 }
    }
    let filled = (0..<groups).filter { rows[$0] > 0 }
    return (
      filled.map { sums[$0] / Double(rows[$0]) }, filled.map { Double(hits[$0]) / Double(rows[$0]) },
      filled.map { rows[$0] }
    )
  }
}
