import Testing

@testable import Evaluation

@Suite struct PrecisionRecallCurveTests {
  @Test func `One point for each distinct score, up to full recall`() {
    let curve = PrecisionRecallCurve(
      [0.9, 0.8, 0.8, 0.5, 0.1], positive: [true, false, true, true, false])
    #expect(curve.recall == [1.0 / 3, 2.0 / 3, 1])
    #expect(curve.precision == [1, 2.0 / 3, 3.0 / 4])
  }

  @Test func `Many points are thinned, and full recall stays`() {
    let positive = (0..<5000).map { $0 % 2 == 0 }
    let curve = PrecisionRecallCurve((0..<5000).map { -Double($0) }, positive: positive, most: 50)
    #expect((40...60).contains(curve.recall.count))
    #expect(curve.recall.last == 1)
    #expect(PrecisionRecallCurve([1, 2], positive: [false, false]).recall.isEmpty)
  }
}
