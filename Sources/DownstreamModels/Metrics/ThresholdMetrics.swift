extension Metrics {
  /// F1 = 2 TP / (2 TP + FP + FN), scores of `threshold` or more being taken for positive; 0 where nothing is found.
  public static func f1(_ scores: [Double], positive: [Bool], threshold: Double) -> Double? {
    guard !scores.isEmpty else { return nil }
    var hits = 0
    var errors = 0
    for (score, isPositive) in zip(scores, positive) {
      if score >= threshold, isPositive {
        hits += 1
      } else if (score >= threshold) != isPositive {
        errors += 1
      }
    }
    return hits == 0 ? 0 : Double(2 * hits) / Double(2 * hits + errors)
  }

  /// The threshold with the best F1: midway between the two scores that it parts. To be found on rows that the model
  /// did not learn from and that are not those it is judged on. Nil without positives.
  public static func bestF1Threshold(_ scores: [Double], positive: [Bool]) -> Double? {
    let positives = positive.reduce(0) { $0 + ($1 ? 1 : 0) }
    guard positives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var best = (f1: -1.0, threshold: 0.5)
    var hits = 0
    for (place, row) in order.enumerated() {
      if positive[row] { hits += 1 }
      let next = place + 1 < order.count ? scores[order[place + 1]] : nil
      guard next != scores[row] else { continue }
      let f1 = Double(2 * hits) / Double(place + 1 + positives)
      if f1 > best.f1 { best = (f1, next.map { ($0 + scores[row]) / 2 } ?? scores[row]) }
    }
    return best.threshold
  }

  /// The mean over the classes that occur of the share of their rows that are taken for them: for two classes
  /// (sensitivity + specificity) / 2. Nil where fewer than two classes occur.
  public static func balancedAccuracy(_ predicted: [Int], observed: [Int], classes: Int) -> Double? {
    var hits = [Int](repeating: 0, count: classes)
    var rows = hits
    for (guess, truth) in zip(predicted, observed) {
      rows[truth] += 1
      if guess == truth { hits[truth] += 1 }
    }
    let occurring = (0..<classes).filter { rows[$0] > 0 }
    guard occurring.count > 1 else { return nil }
    return occurring.reduce(0) { $0 + Double(hits[$1]) / Double(rows[$1]) } / Double(occurring.count)
  }
}
