extension Metrics {
  /// The area under the receiver operating characteristic: the share of pairs of a positive and a negative in which the
  /// positive has the higher score, ties counting half.
  ///
  /// Source: J. Hanley, B. McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982; through
  /// mid-ranks, as the Mann–Whitney statistic.
  public static func rocAUC(_ scores: [Double], positive: [Bool]) -> Double? {
    let positives = positive.reduce(0) { $0 + ($1 ? 1 : 0) }
    let negatives = positive.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var rankSum = 0.0
    var start = 0
    while start < order.count {
      var end = start
      var inTie = 0
      // At least one: a missing score equals nothing.
      repeat {
        if positive[order[end]] { inTie += 1 }
        end += 1
      } while end < order.count && scores[order[end]] == scores[order[start]]
      rankSum += Double(inTie) * Double(start + end + 1) / 2
      start = end
    }
    let p = Double(positives)
    return (rankSum - p * (p + 1) / 2) / (p * Double(negatives))
  }

  /// Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores, from the highest: no interpolation, which would
  /// flatter (J. Davis, M. Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006).
  public static func averagePrecision(_ scores: [Double], positive: [Bool]) -> Double? {
    let positives = positive.reduce(0) { $0 + ($1 ? 1 : 0) }
    guard positives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var sum = 0.0
    var found = 0
    var start = 0
    while start < order.count {
      var end = start
      let before = found
      repeat {
        if positive[order[end]] { found += 1 }
        end += 1
      } while end < order.count && scores[order[end]] == scores[order[start]]
      sum += Double(found - before) / Double(positives) * Double(found) / Double(end)
      start = end
    }
    return sum
  }
}
