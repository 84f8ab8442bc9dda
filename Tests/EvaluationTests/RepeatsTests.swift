import Testing

@testable import Evaluation

@Suite struct RepeatsTests {
  // python3 -c "from scipy.stats import t; print([round(t.ppf(.975, n), 4) for n in (1, 4, 10, 11, 29, 100)])"
  @Test(arguments: [(1, 12.7062), (4, 2.7764), (10, 2.2281), (11, 2.201), (29, 2.0452), (100, 1.984)])
  func quantilesAreStudents(_ degrees: Int, _ expected: Double) {
    #expect(abs(Repeats.quantile(degrees: degrees) - expected) < 2e-4)
  }

  @Test func samplingsBecomeTheirMeanAndWhereAFurtherOneWouldLie() throws {
    var figures: [FigureID: Figure] = [.shapeError: Figure(1, floor: 0.5), .copies: Figure(notApplicable: "no rows")]
    Repeats.combine([1, 2, 3].map { [.shapeError: Figure($0)] }, into: &figures)
    let figure = try #require(figures[.shapeError])
    #expect(figure.value == 2 && figure.floor == 0.5)
    // Deviation 1, of 3: 4.3027 · √(1 + 1/3).
    let interval = try #require(figure.interval)
    #expect(abs(interval.high - 6.96833) < 1e-4 && abs(interval.low + 2.96833) < 1e-4)
    #expect(figures[.copies]?.interval == nil)
  }

  @Test func repeatsSpreadAroundTheFigureItself() throws {
    var figures: [FigureID: Figure] = [.shapeError: Figure(10), .trendError: Figure(3)]
    Repeats.spread([[.shapeError: Figure(4), .trendError: Figure(1)], [.shapeError: Figure(6)]], into: &figures)
    let interval = try #require(figures[.shapeError]?.interval)
    // Deviation √2, of 2: 12.7062 · √2.
    #expect(abs(interval.low - (10 - 17.96928)) < 1e-4 && abs(interval.high - (10 + 17.96928)) < 1e-4)
    #expect(figures[.trendError]?.interval == nil, "of one repeat there is no deviation")
  }
}
