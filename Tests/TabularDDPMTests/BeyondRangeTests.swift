import Tables
import Testing

@testable import TabularDDPM

@Suite("Numbers beyond the training data")
struct BeyondRangeTests {
  @Test("nothing is added within the range, and ever more outside of it")
  func growsOutside() {
    let range = SeenRange(low: -2, middle: 0, high: 3, lowScore: 2, highScore: 3)
    for value in [-2, -1.5, 0, 2.9, 3] { #expect(range.cost(of: value) == 0) }
    // On the scale of the upper half a unit is a unit of score: (4² − 3²) / 2.
    #expect(abs(range.cost(of: 4) - 3.5) < 1e-12)
    // (3² − 2²) / 2.
    #expect(abs(range.cost(of: -3) - 2.5) < 1e-12)
    let costs = [3.1, 4, 10, 1e3, 1e9].map(range.cost)
    #expect(costs == costs.sorted() && costs[0] > 0)
  }

  @Test("a value that fills half of the column still has a scale")
  func endIsTheMiddle() {
    let range = SeenRange(low: 0, middle: 0, high: 8, lowScore: 0, highScore: 2)
    #expect(range.cost(of: -8).isFinite && range.cost(of: -8) > 0)
    #expect(range.cost(of: -16) > range.cost(of: -8))
  }

  @Test("the ends are those of heavy values too, and a missing number costs nothing")
  func columns() throws {
    let continuous = ColumnCoding(
      name: "x",
      content: .continuous(
        .init(
          map: QuantileMap(sorted: (0...1000).map { Double($0) }), bins: 1, cells: 0, heavy: [-50, 99_999],
          relations: [])), hasMissing: true)
    let range = try #require(continuous.seenRange)
    // Knots are some five values apart.
    #expect(range.low == -50 && range.high == 99_999 && abs(range.middle - 500) < 5)
    #expect(range.cost(of: .nan) == 0)
    let few = ColumnCoding(
      name: "x", content: .values([1, 2, 5], quantiles: [0.2, 0.5, 0.9]), hasMissing: false)
    let ends = try #require(few.seenRange)
    #expect(ends.low == 1 && ends.middle == 2 && ends.high == 5)
    #expect(ends.cost(of: 6) > 0)
  }
}
