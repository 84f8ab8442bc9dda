import Testing

@testable import Evaluation

@Suite struct VerdictRulesTests {
  private let good: [FigureID: Figure] = [
    .shapeError: Figure(0.01, floor: 0.006), .trendError: Figure(0.02, floor: 0.02),
    .detectionTrees: Figure(0.55, floor: 0.5), .copies: Figure(0, floor: 0.001), .distanceShare: Figure(0.51),
    .membershipAUC: Figure(0.5), .linkability: Figure(0.01, interval: .init(low: 0, high: 0.03)),
    .utilitySynthetic: Figure(0.9), .utilityReal: Figure(0.92),
  ]

  private func verdict(_ changed: [FigureID: Figure]) -> Verdict {
    VerdictRules(figures: good.merging(changed) { $1 }).verdict
  }

  @Test func goodFiguresAreGreenThroughout() {
    let verdict = verdict([:])
    #expect([verdict.alike.light, verdict.safe.light, verdict.useful.light] == [.green, .green, .green])
    #expect(verdict.alike.reason.hasPrefix("Columns differ by 1.0% (unseen real rows by 0.6%); "))
  }

  @Test(arguments: [
    (FigureID.shapeError, Figure(0.05), Verdict.Light.amber), (.shapeError, Figure(0.2), .red),
    (.shapeError, Figure(0.05, floor: 0.04), .green), (.trendError, Figure(0.3), .red),
    (.detectionTrees, Figure(0.7), .amber), (.detectionTrees, Figure(0.95), .red),
    (.rangeViolations, Figure(0.005), .green), (.rangeViolations, Figure(0.03), .amber),
    (.rangeViolations, Figure(0.03, floor: 0.02), .green), (.rangeViolations, Figure(0.2, floor: 0.01), .red),
    (.typeViolations, Figure(0.02), .amber), (.typeViolations, Figure(0.5), .red),
    (.shapeError, Figure(notApplicable: "no column"), .unknown),
  ])
  func alikeIsAsBadAsItsWorstFigure(_ id: FigureID, _ figure: Figure, _ light: Verdict.Light) {
    #expect(verdict([id: figure]).alike.light == light)
  }

  @Test(arguments: [
    (FigureID.copies, Figure(0.01, floor: 0), Verdict.Light.amber), (.copies, Figure(0.5, floor: 0), .red),
    (.distanceShare, Figure(0.6), .amber), (.distanceShare, Figure(0.9), .red), (.membershipAUC, Figure(0.7), .red),
    // What counts of these and of an attack is what lies beyond chance: the lower end.
    (.distanceShare, Figure(0.7, interval: .init(low: 0.45, high: 0.9)), .green),
    (.membershipAUC, Figure(0.7, interval: .init(low: 0.5, high: 0.9)), .green),
    (.membershipAUC, Figure(0.7, interval: .init(low: 0.66, high: 0.74)), .red),
    (.linkability, Figure(0.3, interval: .init(low: 0.01, high: 0.6)), .green),
    (.linkability, Figure(0.3, interval: .init(low: 0.1, high: 0.5)), .amber), (.linkability, Figure(0.3), .red),
  ])
  func safeIsAsBadAsItsWorstFigure(_ id: FigureID, _ figure: Figure, _ light: Verdict.Light) {
    #expect(verdict([id: figure]).safe.light == light)
  }

  @Test func anAttackIsToldWithItsInterval() {
    let reason = verdict([.linkability: Figure(0.14, interval: .init(low: 0, high: 0.31))]).safe.reason
    #expect(reason.contains("gains 14% (95% interval: 0% to 31%)"))
  }

  @Test func aDetectorBelowChanceIsNoPraise() {
    let reason = verdict([.detectionTrees: Figure(0.05, floor: 0.5)]).alike.reason
    #expect(reason.contains("does worse than guessing (AUC 0.05), as where rows of one table stand in the other"))
    #expect(!reason.contains("tells them from real rows"))
  }

  @Test func ofFewUnseenRowsOnlyCopiesAreBelieved() {
    func safe(_ rows: Int, _ copies: Double) -> Verdict.Judgement {
      VerdictRules(figures: good.merging([.copies: Figure(copies, floor: 0)]) { $1 }, holdoutRows: rows).verdict.safe
    }
    #expect(safe(50, 0).light == .green)
    #expect(
      safe(49, 0).light == .unknown && safe(49, 0).reason.hasSuffix("49 rows are held out; at least 50 are needed."))
    #expect(safe(49, 0.5).light == .red)
  }

  @Test func anAttackThatSurelyGainsIsNotHiddenByOneThatGainsMoreByChance() {
    let safe = verdict([
      .singlingOutUnivariate: Figure(0.2, interval: .init(low: 0.08, high: 0.33)),
      .inference: Figure(0.5, interval: .init(low: 0, high: 1)),
    ]).safe
    #expect(safe.light == .amber)
    #expect(safe.reason.contains("gains 20% (95% interval: 8.0% to 33%)"))
  }

  @Test func withoutUnseenRowsSafetyIsUnknown() {
    let figures: [FigureID: Figure] = [.shapeError: Figure(0.01), .copies: Figure(0)]
    #expect(VerdictRules(figures: figures).verdict.safe.light == .unknown)
    let copied = VerdictRules(figures: [.shapeError: Figure(0), .copies: Figure(1)]).verdict.safe
    #expect(copied.light == .amber && copied.sentence.hasPrefix("Most synthetic rows equal a real one"))
  }

  @Test(arguments: [
    (0.9, 0.92, false, Verdict.Light.green), (0.85, 0.92, false, .amber), (0.6, 0.92, false, .red),
    // Where real rows do not teach it either, nothing is known; of R² chance is 0.
    (0.5, 0.52, false, .unknown), (0.3, 0.31, true, .green), (-1, 0.4, true, .red),
  ])
  func usefulIsTheShareOfWhatRealRowsTeach(
    _ synthetic: Double, _ real: Double, _ isRegression: Bool, _ light: Verdict.Light
  ) {
    var rules = VerdictRules(figures: [.utilitySynthetic: Figure(synthetic), .utilityReal: Figure(real)])
    rules.isRegression = isRegression
    #expect(rules.verdict.useful.light == light)
  }
}
