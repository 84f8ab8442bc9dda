import DownstreamModels

/// What one model of one arm makes of the rows of one fold.
struct BalancingScores: Sendable {
  /// Nil where a metric does not apply.
  let metrics: [BalancingMetric: Double?]

  /// - Parameters:
  ///   - predictions: probabilities of the rows to test on, `[rows, classes]`.
  ///   - tuning: of the real rows that thresholds are tuned on.
  ///   - correction: what undoes that models learned from other shares of the classes, or by another loss.
  ///   - rare: the classes that are scored.
  init(
    _ predictions: [Double], observed: [Int], tuning: [Double], tuningObserved: [Int], classes: Int,
    correction: ([Double]) -> [Double], rare: [Int]
  ) {
    let made = ClassPredictions(predictions, observed: observed, classes: classes)
    let corrected = ClassPredictions(
      correction(predictions), observed: observed, classes: classes)
    let thresholds = ClassPredictions(tuning, observed: tuningObserved, classes: classes).bestF1Thresholds
    let likeliest = made.likeliest
    func mean(_ metric: (_ label: Int, _ positive: [Bool]) -> Double?) -> Double? {
      let values = rare.compactMap { label -> Double? in
        let positive = made.rows(of: label)
        return positive.contains(true) && positive.contains(false) ? metric(label, positive) : nil
      }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    func ratio(_ predictions: ClassPredictions) -> Double? {
      mean { label, positive in
        predictions.probabilities(of: label).reduce(0, +) / Double(positive.count { $0 })
      }
    }
    metrics = [
      .prAUC: mean { Metrics.averagePrecision(made.probabilities(of: $0), positive: $1) },
      .rocAUC: mean { Metrics.rocAUC(made.probabilities(of: $0), positive: $1) },
      .f1Tuned: mean { label, positive in
        thresholds[label].flatMap { Metrics.f1(made.probabilities(of: label), positive: positive, threshold: $0) }
      },
      .f1AtHalf: mean { label, positive in
        Metrics.f1(likeliest.map { $0 == label ? 1 : 0 }, positive: positive, threshold: 0.5)
      },
      .balancedAccuracy: Metrics.balancedAccuracy(likeliest, observed: observed, classes: classes),
      .brier: mean { Metrics.brier(made.probabilities(of: $0), positive: $1) },
      .brierCorrected: mean { Metrics.brier(corrected.probabilities(of: $0), positive: $1) },
      .meanRatio: ratio(made), .meanRatioCorrected: ratio(corrected),
    ]
  }
}
