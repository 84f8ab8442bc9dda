import DiffusionCore
import Testing

@Suite struct RevealCountsTests {
  @Test func countsSumAndNoneIsZero() {
    for curve in MaskingSchedule.Curve.allCases {
      for codes in 0...40 {
        for evaluations in 1...45 {
          let counts = RevealCounts.plan(codes: codes, evaluations: evaluations, schedule: MaskingSchedule(curve))
          #expect(counts.reduce(0, +) == codes)
          #expect(counts.allSatisfy { $0 >= 1 })
          #expect(counts.count == min(codes, evaluations))
        }
      }
    }
  }

  @Test func enoughEvaluationsRevealOneAtATime() {
    #expect(
      RevealCounts.plan(codes: 7, evaluations: 7, schedule: MaskingSchedule(.cosine)) == Array(repeating: 1, count: 7))
    #expect(RevealCounts.plan(codes: 3, evaluations: 100) == [1, 1, 1])
  }

  @Test func theScheduleShapesThePlan() {
    #expect(RevealCounts.plan(codes: 12, evaluations: 4) == [3, 3, 3, 3])
    // 100 (1 − sin(π/2 (1 − i/5))) = 4.9, 19.1, 41.2, 69.1, 100
    #expect(RevealCounts.plan(codes: 100, evaluations: 5, schedule: MaskingSchedule(.cosine)) == [5, 14, 22, 28, 31])
  }
}
