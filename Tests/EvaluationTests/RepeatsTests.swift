import Testing

@testable import Evaluation

@Suite struct RepeatsTests {
  // python3 -c "from scipy.stats import t; print([round(t.ppf(.975, n), 4) for n in (1, 4, 10, 11, 29, 100)])"
  @Test(arguments: [(1, 12.7062), (4, 2.7764), (10, 2.2281), (11, 2.201), (29, 2.0452), (100, 1.984)])
  func quantilesAreStudents(_ degrees: Int, _ expected: Double) {
    #expect(abs(Repeats.quantile(degrees: degrees) - expected) < 2e-4)
  }

  @Test func samplingsBecomeTheirMeanAndWhereAFurtherOneWouldLie() throws {
    var figures: [FigureID: Figure] = [
      .utilityReal: Figure(-1, floor: 0.5), .copies: Figure(notApplicable: "no rows"),
      .distanceShare: Figure(notApplicable: "in the first alone"),
    ]
    Repeats.combine(
      [-1, -2, -3].map { [.utilityReal: Figure($0), .distanceShare: Figure(0.5)] }, into: &figures)
    let figure = try #require(figures[.utilityReal])
    #expect(figure.value == -2 && figure.floor == 0.5)
    // Deviation 1, of 3: 4.3027 · √(1 + 1/3); an R² is at most 1.
    let interval = try #require(figure.interval)
    #expect(abs(interval.low + 6.96833) < 1e-4 && interval.high == 1)
    #expect(figures[.copies]?.interval == nil)
    #expect(figures[.distanceShare] == Figure(0.5, interval: .init(low: 0.5, high: 0.5)))
  }

  @Test func repeatsSpreadAroundTheFigureItself() throws {
    var figures: [FigureID: Figure] = [.shapeError: Figure(0.3), .trendError: Figure(0.3), .copies: Figure(0.1)]
    Repeats.spread(
      [
        [.shapeError: Figure(0.04), .trendError: Figure(0.1), .copies: Figure(0.04)],
        [.shapeError: Figure(0.06), .copies: Figure(0.06)],
      ], into: &figures)
    let interval = try #require(figures[.shapeError]?.interval)
    // Deviation 0.01 √2, of 2: 12.7062 · 0.01 √2.
    #expect(abs(interval.low - 0.1203072) < 1e-6 && abs(interval.high - 0.4796928) < 1e-6)
    #expect(figures[.copies]?.interval?.low == 0, "a share is never below 0")
    #expect(figures[.trendError]?.interval == nil, "of one repeat there is no deviation")
  }

  @Test func anIntervalOfTheFigureItselfIsNeverNarrowed() throws {
    // Binary fractions, so that sums are exact.
    let own = Figure(0.125, interval: .init(low: 0.0625, high: 0.5))
    var spread: [FigureID: Figure] = [.linkability: own]
    Repeats.spread([[.linkability: Figure(0.1)], [.linkability: Figure(0.1)]], into: &spread)
    #expect(spread[.linkability] == own)
    // Around another mean the sides keep their lengths, unless repeats scatter wider: 12.7062 · 0.1 √2 · √1.5 = 2.2.
    var combined: [FigureID: Figure] = [.linkability: own]
    Repeats.combine([[.linkability: Figure(0.1)], [.linkability: Figure(0.3)]], into: &combined)
    #expect(combined[.linkability] == Figure(0.2, interval: .init(low: 0, high: 1)))
  }
}
