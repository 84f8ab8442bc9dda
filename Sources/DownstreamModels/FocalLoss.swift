import Foundation

/// A loss that looks away from rows which are predicted well already, so that the many easy rows of a common class do not
/// drown the rare one: with the probability p of a row's own class, (1 − p)^γ · −log p. At γ = 0 it is the log-loss.
///
/// Source: T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, equation 4 (γ = 2 is theirs).
public struct FocalLoss: Sendable, Equatable {
  /// How far easy rows are looked away from, 0 or more.
  public var gamma: Double

  /// Makes a loss.
  public init(gamma: Double = 2) {
    precondition(gamma >= 0, "a focal loss looks away from easy rows, not from hard ones")
    self.gamma = gamma
  }

  /// The loss of a row.
  ///
  /// - Parameters:
  ///   - p: the probability of the row's class.
  ///   - q: 1 − p, given beside it because near 0 a difference would have no digits.
  func value(_ p: Double, _ q: Double) -> Double { pow(q, gamma) * Self.surprise(p, q) }

  /// How many times the gradient of the log-loss the gradient of this loss is, in any margin: q^γ (1 + γ p (−log p) / q).
  func factor(_ p: Double, _ q: Double) -> Double {
    // −log p / q goes to 1.
    let slope = q > 0 ? Self.surprise(p, q) / q : 1
    return pow(q, gamma) * (1 + gamma * p * slope)
  }

  /// −log p.
  private static func surprise(_ p: Double, _ q: Double) -> Double {
    p > 0.5 ? -log1p(-q) : -Foundation.log(max(p, .leastNormalMagnitude))
  }

  /// The probabilities of classes behind those that minimise this loss, which lie too near to one half: each over its
  /// ``factor(_:_:)``, scaled to the sum 1.
  ///
  /// Source: N. Charoenphakdee et al., "On focal loss for class-posterior probability estimation: a theoretical
  /// perspective", CVPR 2021, theorem 11.
  ///
  /// - Parameter probabilities: `[rows, classes]`; so is the result.
  public func posterior(_ probabilities: [Double], classes: Int) -> [Double] {
    var result = probabilities
    for start in stride(from: 0, to: probabilities.count, by: classes) {
      let row = start..<start + classes
      // A class that is certain stays so.
      guard probabilities[row].allSatisfy({ factor($0, 1 - $0) > 0 }) else { continue }
      for place in row { result[place] /= factor(probabilities[place], 1 - probabilities[place]) }
      let sum = result[row].reduce(0, +)
      for place in row { result[place] /= sum }
    }
    return result
  }
}

extension FocalLoss {
  /// The loss of a row of two classes with its derivative in the score, which is the log-odds of the second class, and what
  /// Newton's method takes for the second derivative: that of the log-loss times the ``factor(_:_:)``, which is never negative.
  func binary(_ score: Double, isSecond: Bool) -> (loss: Double, gradient: Double, curvature: Double) {
    let sign = isSecond ? 1.0 : -1.0
    let p = 1 / (1 + exp(-sign * score))
    let q = 1 / (1 + exp(sign * score))
    let scale = factor(p, q)
    return (value(p, q), -sign * scale * q, scale * p * q)
  }

  /// The loss of a row of several classes. Probabilities p take the place of the scores; the derivatives are
  /// factor · (p − 1) in the row's own class and factor · p in the others.
  func several(_ scores: UnsafeMutableBufferPointer<Double>, label: Int) -> (loss: Double, factor: Double) {
    let largest = scores.max() ?? 0
    for place in scores.indices { scores[place] = exp(scores[place] - largest) }
    let sum = scores.reduce(0, +)
    let others = scores.indices.reduce(0) { $1 == label ? $0 : $0 + scores[$1] }
    let p = scores[label] / sum
    for place in scores.indices { scores[place] /= sum }
    return (value(p, others / sum), factor(p, others / sum))
  }
}
