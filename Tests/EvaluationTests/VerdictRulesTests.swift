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
    #expect(verdict.alike.reason.hasPrefix("Columns differ by 1.0% (unseen real rows: 0.6%); "))
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
    (.distanceShare, Figure(0.55, interval: .init(low: 0.45, high: 0.64)), .green),
    // An interval that reaches so far says nothing.
    (.distanceShare, Figure(0.7, interval: .init(low: 0.45, high: 0.9)), .unknown),
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
      .linkability: Figure(0.2, interval: .init(low: 0.08, high: 0.33)),
      .inference: Figure(0.5, interval: .init(low: 0, high: 1)),
    ]).safe
    #expect(safe.light == .amber)
    #expect(safe.reason.contains("gains 20% (95% interval: 8.0% to 33%)"))
  }

  @Test func withoutUnseenRowsSafetyIsUnknown() {
    let figures: [FigureID: Figure] = [.shapeError: Figure(0.01), .copies: Figure(0)]
    #expect(VerdictRules(figures: figures).verdict.safe.light == .unknown)
    let copied = VerdictRules(figures: [.shapeError: Figure(0), .copies: Figure(1)]).verdict.safe
    #expect(copied.light == .red && copied.sentence.contains("100% of them equal a real row"))
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

  // MARK: Overlaps and losses

  private func overlap(_ share: Double, byChance: Double = 0, auc: Double = 0.5, close: Double = 0.01)
    -> OverlapDetails.Overlap
  {
    .init(
      rows: Int(share * 1000), share: share, byChance: byChance,
      near: .init(
        auc: auc, interval: .init(low: auc - 0.02, high: auc + 0.02), close: close, closeByChance: 0.01, rows: 1000))
  }

  private func overlaps(
    copies: OverlapDetails.Overlap? = nil, fault: OverlapDetails.Fault? = nil, held: Double = 0,
    different: Int = 1000
  ) -> OverlapDetails {
    OverlapDetails(
      repeats: .init(real: 0, synthetic: 1000 - different, holdout: 0, areNatural: true),
      syntheticInReal: copies ?? overlap(0), holdoutInReal: overlap(fault == .learned ? held : 0),
      syntheticInHoldout: overlap(fault == .synthetic ? held : 0), allButOneColumn: nil, differentRows: different,
      differentRowsByChance: 1000, fault: fault)
  }

  private func verdict(_ overlaps: OverlapDetails, losses: [Loss] = [], target: String? = nil) -> Verdict {
    VerdictRules(
      figures: good, realRows: 1000, syntheticRows: 1000, holdoutRows: 500, target: target, losses: losses,
      overlaps: overlaps
    ).verdict
  }

  @Test func aHoldOutThatWasLearnedJudgesNothing() {
    let verdict = verdict(overlaps(fault: .learned, held: 0.3))
    #expect(verdict.alike.light == .green && verdict.safe.light == .unknown && verdict.useful.light == .unknown)
    #expect(verdict.safe.sentence.contains("30% of the held-out rows stand in the real table"))
    let copied = self.verdict(overlaps(copies: overlap(0, auc: 0.9), fault: .learned, held: 0.3)).safe
    #expect(copied.light == .red && copied.reason.contains("30% of the held-out rows"))
  }

  @Test func aHoldOutThatIsTheSyntheticTableIsNeverGood() {
    let verdict = verdict(overlaps(fault: .synthetic, held: 1))
    #expect([verdict.alike.light, verdict.safe.light, verdict.useful.light] == [.unknown, .unknown, .unknown])
    #expect(verdict.alike.sentence.contains("the synthetic rows are the held-out rows"))
    #expect(self.verdict(overlaps(fault: .synthetic, held: 0.3)).alike.light == .green)
  }

  @Test(arguments: [
    (0.6, 0.01, Verdict.Light.amber), (0.7, 0.01, .red), (0.5, 0.06, .amber), (0.5, 0.3, .red), (0.54, 0.02, .green),
  ])
  func nearCopiesAreFoundWithoutAHoldOut(_ auc: Double, _ close: Double, _ light: Verdict.Light) {
    #expect(verdict(overlaps(copies: overlap(0, auc: auc, close: close))).safe.light == light)
  }

  @Test func rowsThatRepeatAreNeitherSafeNorAlike() {
    let one = verdict(overlaps(different: 1))
    #expect(one.alike.light == .red && one.alike.sentence.contains("all 1000 rows are the same"))
    #expect(one.safe.light == .unknown && one.safe.sentence.contains("one synthetic row"))
    #expect(verdict(overlaps(different: 400)).safe.light == .unknown)
    #expect(verdict(overlaps(different: 700)).alike.light == .amber)
  }

  @Test func whatIsLostIsNamedFirst() {
    let lost = Loss(.level, columns: ["kind"], what: "kind 'b'", real: 0.15, synthetic: 0)
    let verdict = verdict(overlaps(), losses: [lost], target: "kind")
    #expect(verdict.alike.light == .red)
    #expect(verdict.alike.sentence.hasSuffix("kind 'b' (15% of the real rows) is missing."))
    #expect(verdict.useful.light == .amber && verdict.useful.sentence.contains("kind 'b'"))
    let rare = Loss(.range, columns: ["age"], what: "age 60 – 80", real: 0.03, synthetic: 0.002)
    #expect(self.verdict(overlaps(), losses: [rare]).alike.light == .amber)
  }

  @Test func theWorstColumnAndPairCount() {
    var column = ColumnComparison(
      name: "pay", kind: .number, shapeError: Figure(0.2, sampling: 0.02),
      missing: .init(real: 0, synthetic: 0, holdout: nil), coverage: Figure(1), rangeViolations: Figure(0),
      typeViolations: Figure(0), distribution: .init(edges: nil, labels: [], real: [], synthetic: [], holdout: nil))
    func alike(_ pair: VerdictRules.WorstPair? = nil) -> Verdict.Judgement {
      VerdictRules(figures: good, realRows: 900, syntheticRows: 900, columns: [column], worstPair: pair).verdict.alike
    }
    #expect(alike().light == .amber && alike().sentence.contains("pay differs by 20%"))
    column.shapeError = Figure(0.05, sampling: 0.02)
    #expect(alike().light == .green)
    #expect(alike(.init(first: "pay", second: "age", error: 0.4, sampling: 0.02)).light == .red)
    #expect(alike(.init(first: "pay", second: "age", error: 0.4, sampling: 0.12)).light == .green)
    column.missing = .init(real: 0, synthetic: 0.3, holdout: nil)
    #expect(alike().light == .red && alike().sentence.contains("pay is missing in 30% of the rows"))
  }

  @Test func aRelationThatIsLostIsNotGood() {
    let bond = VerdictRules.LostBond(first: "pay", second: "class", real: 0.2, synthetic: 0.01)
    let alike = VerdictRules(figures: good, realRows: 900, syntheticRows: 900, lostBond: bond).verdict.alike
    #expect(alike.light == .amber && alike.sentence.contains("the relation of pay and class is lost"))
  }

  @Test func tooFewRowsAreNeverGood() {
    var rules = VerdictRules(figures: good, realRows: 1000, syntheticRows: 10, holdoutRows: 500)
    #expect(rules.verdict.alike.light == .unknown)
    rules = VerdictRules(figures: good, realRows: 1000, syntheticRows: 1000, holdoutRows: 10)
    #expect(rules.verdict.useful.light == .unknown)
    let wide = Figure(0.5, interval: .init(low: 0.3, high: 0.7))
    #expect(verdict([.distanceShare: wide]).safe.light == .unknown)
  }
}
