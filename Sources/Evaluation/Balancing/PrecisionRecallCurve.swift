/// Precision over recall: one point for each distinct score from the highest, thinned where they are many.
///
/// Source: J. Davis, M. Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006. Points are not
/// to be joined by interpolation of precision; drawn lines only guide the eye.
struct PrecisionRecallCurve {
  private(set) var recall: [Double] = [], precision: [Double] = []

  /// - Parameter most: how many points are kept at most, evenly spread over the recall.
  init(_ scores: [Double], positive: [Bool], most: Int = 100) {
    let total = positive.count { $0 }
    guard total > 0 else { return }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var hits = 0, next = 0.0
    for (place, row) in order.enumerated() {
      if positive[row] { hits += 1 }
      let isLast = place + 1 == order.count
      guard isLast || scores[order[place + 1]] != scores[row], hits > 0 else { continue }
      let found = Double(hits) / Double(total)
      guard found >= next || (isLast && recall.last != found) else { continue }
      recall.append(found)
      precision.append(Double(hits) / Double(place + 1))
      next = found + 1 / Double(most)
      if hits == total { break }
    }
  }
}
