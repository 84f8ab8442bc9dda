import DownstreamModels
import Neighbours

/// What of a hold-out can be used, once overlaps are known, and what is to be said of them.
struct HoldoutUse {
  /// Sentences for the report.
  private(set) var notes: [String] = []
  /// The rows of the hold-out to judge by; nil: all.
  private var kept: [Int]?
  private var isUsable: Bool

  init(_ overlaps: OverlapDetails, _ comparison: Comparison) {
    isUsable = overlaps.fault == nil
    let real = overlaps.repeats.real, rows = comparison.real.rowCount
    if real > 0, !overlaps.repeats.areNatural {
      notes.append(
        "\(real) of the \(rows) real rows repeat others, more than chance explains: they may have been copied, as random over-sampling does."
      )
    }
    if let fault = VerdictRules(figures: [:], overlaps: overlaps).faultReason {
      notes.append("The hold-out is not used: \(fault). Give real rows that the generator has not seen.")
    } else if let holdout = comparison.holdout, real > 0, !overlaps.repeats.areNatural {
      let frequentFrom = RepeatedRows(comparison.real, comparison.columns).frequentFrom
      let distinct = RowWords([comparison.real, holdout], comparison.columns).distinct
      var counts = [Int](repeating: 0, count: distinct.first.count)
      for group in distinct.group[..<rows] { counts[Int(group)] += 1 }
      let unseen = (0..<holdout.rowCount).filter { row in
        let known = counts[Int(distinct.group[rows + row])]
        return known == 0 || Double(known) >= frequentFrom
      }
      let left = holdout.rowCount - unseen.count
      if unseen.isEmpty {
        isUsable = false
        notes.append("The hold-out is not used: every row of it equals a real one.")
      } else if left > 0 {
        kept = unseen
        notes.append(
          "\(left) of the \(holdout.rowCount) held-out rows equal a real one and were left out: they are not unseen.")
      }
    }
  }

  /// The same tables with the part of the hold-out that can be used.
  func applied(_ prepared: ComparisonTables.Prepared) -> ComparisonTables.Prepared {
    var prepared = prepared
    if !isUsable { prepared.comparison.holdout = nil }
    if let kept { prepared.comparison.holdout = prepared.comparison.holdout?.rows(kept) }
    return prepared
  }
}
