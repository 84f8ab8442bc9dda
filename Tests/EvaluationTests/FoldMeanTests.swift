import Testing

@testable import Evaluation

@Suite struct FoldMeanTests {
  @Test func `The interval allows for the rows that folds share`() throws {
    // Deviation .1, t of 2 degrees 4.3027: 4.3027 × .1 × √(1/3 + 1/2).
    let figure = FoldMean.figure([0.1, 0.2, nil, 0.3], ratio: 0.5)
    let interval = try #require(figure.interval)
    #expect(abs((figure.value ?? 0) - 0.2) < 1e-12)
    #expect(abs(interval.high - 0.2 - 0.39278) < 1e-4)
    #expect(abs(interval.low + interval.high - 0.4) < 1e-12)
  }

  @Test func `One fold has no interval, none has no figure`() {
    #expect(FoldMean.figure([0.3], ratio: 1) == Figure(0.3))
    #expect(FoldMean.figure([nil, nil], ratio: 1).value == nil)
  }
}
