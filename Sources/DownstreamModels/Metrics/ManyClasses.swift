/// Probabilities of classes, `[rows, classes]`, beside the class of each row.
public struct ClassPredictions: Sendable {
  /// The probabilities, row by row.
  public let probabilities: [Double]
  /// The class of each row.
  public let observed: [Int]
  /// The number of classes.
  public let classes: Int

  /// Makes predictions of one probability for each row and class.
  public init(_ probabilities: [Double], observed: [Int], classes: Int) {
    precondition(probabilities.count == observed.count * classes, "each row needs one probability for each class")
    self.probabilities = probabilities
    self.observed = observed
    self.classes = classes
  }

  /// The probabilities of one class.
  public func probabilities(of label: Int) -> [Double] {
    observed.indices.map { probabilities[$0 * classes + label] }
  }

  /// Which rows are of one class.
  public func rows(of label: Int) -> [Bool] { observed.map { $0 == label } }

  /// The class with the highest probability, row by row; the first of equal ones. Of two classes the second, the
  /// positive one, from a probability of one half.
  public var likeliest: [Int] {
    observed.indices.map { row in
      if classes == 2 { return probabilities[row * 2 + 1] >= 0.5 ? 1 : 0 }
      var best = 0
      for label in 1..<max(1, classes) where probabilities[row * classes + label] > probabilities[row * classes + best]
      {
        best = label
      }
      return best
    }
  }

  /// A metric of a positive class against the rest: of two classes the second one's; of more the mean over the classes
  /// that some rows, but not all, have ("macro", one against the rest). Nil where no class is so.
  public func overClasses(_ metric: (_ label: Int, _ scores: [Double], _ positive: [Bool]) -> Double?) -> Double? {
    let labels = classes == 2 ? [1] : Array(0..<classes)
    let values = labels.compactMap { label -> Double? in
      let positive = rows(of: label)
      guard positive.contains(true), positive.contains(false) else { return nil }
      return metric(label, probabilities(of: label), positive)
    }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The area under the receiver operating characteristic.
  public var rocAUC: Double? { overClasses { Metrics.rocAUC($1, positive: $2) } }

  /// Average precision.
  public var averagePrecision: Double? { overClasses { Metrics.averagePrecision($1, positive: $2) } }

  /// F1 of the likeliest classes: at a probability of one half where there are two.
  public var f1AtHalf: Double? {
    let guesses = likeliest
    return overClasses { label, _, positive in
      Metrics.f1(guesses.map { $0 == label ? 1 : 0 }, positive: positive, threshold: 0.5)
    }
  }

  /// F1 at a threshold for each class, as ``bestF1Thresholds`` of other rows gives them.
  public func f1(thresholds: [Double?]) -> Double? {
    overClasses { label, scores, positive in
      thresholds[label].flatMap { Metrics.f1(scores, positive: positive, threshold: $0) }
    }
  }

  /// The threshold with the best F1 for each class; nil for a class that no row has.
  public var bestF1Thresholds: [Double?] {
    (0..<classes).map { Metrics.bestF1Threshold(probabilities(of: $0), positive: rows(of: $0)) }
  }

  /// Balanced accuracy of the likeliest classes.
  public var balancedAccuracy: Double? { Metrics.balancedAccuracy(likeliest, observed: observed, classes: classes) }

  /// The Brier score.
  public var brier: Double? { overClasses { Metrics.brier($1, positive: $2) } }

  /// The log-loss.
  public var logLoss: Double? { Metrics.logLoss(probabilities, observed: observed, classes: classes) }
}
