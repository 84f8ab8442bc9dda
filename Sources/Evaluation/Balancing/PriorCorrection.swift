/// Probabilities of a model that learned from rows with other shares of the classes than it is used on.
///
/// The odds of every class are multiplied by its true share over the one in training. Sources: M. Saerens, P. Latinne,
/// C. Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 14, 2002,
/// equation 2.4; for two classes A. Dal Pozzolo et al., "Calibrating probability with undersampling for unbalanced
/// classification", IEEE SSCI 2015, equation 4. It is right where the added rows are drawn from the classes' own
/// distributions.
public struct PriorCorrection: Sendable {
  private let factors: [Double]

  /// Makes a correction from the share of each class among the rows of a model's use, and among those it learned from,
  /// weights counted; of a class without rows in either nothing is changed.
  public init(shares: [Double], inTraining: [Double]) {
    factors = zip(shares, inTraining).map { $1 > 0 && $0 > 0 ? $0 / $1 : 1 }
  }

  /// Corrected probabilities, `[rows, classes]`.
  public func corrected(_ probabilities: [Double]) -> [Double] {
    let count = factors.count
    var result = probabilities
    for start in stride(from: 0, to: probabilities.count, by: count) {
      var sum = 0.0
      for label in 0..<count {
        result[start + label] *= factors[label]
        sum += result[start + label]
      }
      guard sum > 0 else { continue }
      for label in 0..<count { result[start + label] /= sum }
    }
    return result
  }
}
