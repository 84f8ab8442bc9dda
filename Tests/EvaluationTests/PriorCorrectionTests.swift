import Testing

@testable import Evaluation

@Suite struct PriorCorrectionTests {
  @Test func `Odds are multiplied by the true odds over those in training`() {
    // Learned at one half, true share a tenth: p = ½ becomes .1; odds of 9 become odds of 1.
    let correction = PriorCorrection(shares: [0.9, 0.1], inTraining: [0.5, 0.5])
    let made = correction.corrected([0.5, 0.5, 0.1, 0.9, 1, 0])
    for (value, expected) in zip(made, [0.9, 0.1, 0.5, 0.5, 1, 0]) { #expect(abs(value - expected) < 1e-12) }
  }

  @Test func `Three classes, and one that is not in training`() {
    let correction = PriorCorrection(shares: [0.6, 0.3, 0.1], inTraining: [0.5, 0.5, 0])
    // 0.4 · 1.2, 0.4 · 0.6, 0.2 · 1 over their sum of .92.
    let made = correction.corrected([0.4, 0.4, 0.2])
    for (value, expected) in zip(made, [0.48 / 0.92, 0.24 / 0.92, 0.2 / 0.92]) {
      #expect(abs(value - expected) < 1e-12)
    }
  }

  @Test func `Equal shares change nothing`() {
    #expect(PriorCorrection(shares: [0.75, 0.25], inTraining: [0.75, 0.25]).corrected([0.5, 0.5]) == [0.5, 0.5])
  }
}
