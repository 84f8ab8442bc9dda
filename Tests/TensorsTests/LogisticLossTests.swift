import CKernels
import Foundation
import Testing

@Suite("The logistic loss of regression")
struct LogisticLossTests {
  /// Log-odds over the whole range of double's exponential, and near 0, in a number that is no multiple of a vector.
  private static let scores =
    (0..<1_001).map { (Double($0) - 500) * 1.6 } + (0..<998).map { (Double($0) - 499) / 200 }

  @Test("losses and derivatives are those of the textbook to some ulps", arguments: [0.0, 1.0])
  func agrees(outcome: Double) {
    for score in Self.scores {
      var z = [score]
      let loss = kernel_logistic_loss(&z, [outcome], [0.75], 1)
      let decay = exp(-abs(score))
      let expected = 0.75 * (max(score, 0) - score * outcome + log1p(decay))
      #expect(abs(loss - expected) <= 4 * expected.ulp + 1e-300)
      let derivative = 0.75 * ((score >= 0 ? 1 : decay) / (1 + decay) - outcome)
      #expect(abs(z[0] - derivative) <= 1e-15 * max(abs(derivative), outcome == 1 ? 1 : 0) + 1e-300)
    }
  }

  @Test("many rows at once are the sum of each") func sums() {
    var all = Self.scores
    let outcomes = all.indices.map { Double($0 % 2) }, weights = all.indices.map { Double($0 % 5) }
    let total = kernel_logistic_loss(&all, outcomes, weights, all.count)
    var sum = 0.0
    for (row, score) in Self.scores.enumerated() {
      var z = [score]
      sum += kernel_logistic_loss(&z, [outcomes[row]], [weights[row]], 1)
      #expect(abs(z[0] - all[row]) <= 1e-15 * max(1, abs(z[0])))
    }
    #expect(abs(total - sum) < 1e-12 * sum)
  }
}
