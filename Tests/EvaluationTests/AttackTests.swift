import DownstreamModels
import Foundation
import Tensors
import Testing

@testable import Evaluation

@Suite struct AttackTests {
  @Test("Wilson's rate and error of 50 successes in 500 attempts")
  func wilson() {
    let rate = SuccessRate(attempts: 500, successes: 50, z: 1.95996)
    #expect(abs(rate.rate - 0.1031) < 1e-4)
    #expect(abs(rate.error - 0.0264) < 1e-4)
  }

  @Test("The residual risk by hand: (0.5 - 0.2) / 0.8, errors propagated")
  func residual() {
    let risk = SuccessRate(rate: 0.5, error: 0.04).residual(over: SuccessRate(rate: 0.2, error: 0.03))
    #expect(abs(risk.rate - 0.375) < 1e-12)
    #expect(abs(risk.error - (0.05 * 0.05 + 0.0234375 * 0.0234375).squareRoot()) < 1e-12)
    let none = SuccessRate(rate: 0.1, error: 0.02).residual(over: SuccessRate(rate: 0.3, error: 0.02)).figure(floor: 0)
    #expect(none.value == 0 && none.interval?.low == 0)
  }

  @Test("Matches of predicates are those of looking at every row")
  func predicates() {
    let table = Population.rows(400, stream: 4)
    let index = PredicateIndex(table, Population.columns)
    var random = RandomStream(seed: 8)
    let tests: [CellPredicate.Test] = [.equal, .notEqual, .less, .atMost, .greater, .atLeast, .missing, .known]
    var work = 0
    for _ in 0..<500 {
      let predicates = (0..<1 + random.integer(below: 3)).map { place in
        let column = (place + random.integer(below: 2) * 2) % 5
        let cell = index.cells[column][random.integer(below: 400)]
        return CellPredicate(
          column: column, test: tests[random.integer(below: tests.count)], value: cell.isNaN ? 0 : cell)
      }
      let expected = (0..<400).filter { row in predicates.allSatisfy { $0.holds(index.cells[$0.column][row]) } }
      #expect(index.matches(predicates, atMost: .max, &work).map(Int.init).sorted() == expected)
      #expect(index.matches(predicates, atMost: 2, &work).count == min(2, expected.count))
    }
  }

  @Test("A count of successes is carried over to another number of rows")
  func sizeCorrection() {
    // Weights alike in logarithm, matches drawn for them: what is expected on twice the rows is known.
    var random = RandomStream(seed: 21)
    let weights = (0..<3_000).map { 1e-5 * pow(1_000, Double($0) / 3_000) }, rows = 2_000
    let matches = weights.map { weight in
      (0..<rows).reduce(0) { sum, _ in sum + (random.uniformDouble() < weight ? 1 : 0) }
    }
    let correction = SizeCorrection(matches: matches, rows: rows)
    func expected(_ n: Double) -> Double { weights.reduce(0) { $0 + n * $1 * exp((n - 1) * log1p(-$1)) } }
    for others in [1_000, 4_000] {
      let truth = expected(Double(others)) / expected(Double(rows))
      #expect(abs(correction.factor(from: rows, to: others) / truth - 1) < 0.1)
    }
    #expect(correction.factor(from: rows, to: rows) == 1)
    #expect(SizeCorrection(matches: [1, 1], rows: 2).factor(from: 2, to: 1).isFinite)
  }

  @Test("Singling out is compared with as many rows on both sides")
  func sameSize() {
    // Of 4 rows 2 are drawn: exactly one of two marked rows is among them in 4 of 6 draws, of three in 3 of 6.
    #expect(abs(SameSizeExcess.exactlyOne(of: 2, rows: 4, among: 2) - 4.0 / 6) < 1e-12)
    #expect(abs(SameSizeExcess.exactlyOne(of: 3, rows: 4, among: 2) - 3.0 / 6) < 1e-12)
    #expect(SameSizeExcess.exactlyOne(of: 1, rows: 4, among: 4) == 1)
    // 1,000 predicates that single out every row of 500 and none of 50 that are held out.
    let every = (0..<1_000).map { [Int32($0 % 500)] }, none = every.map { _ in [Int32]() }
    #expect(SameSizeExcess(real: every, rows: 500, holdout: none, heldOut: 50).low > 0.8)
    // The same weights on both sides: no excess, however the sizes differ.
    var random = RandomStream(seed: 5), alarms = 0
    for _ in 0..<40 {
      func matches(_ rows: Int) -> [[Int32]] {
        (0..<1_000).map { query in
          (0..<rows).filter { _ in random.uniformDouble() < 0.01 * Double(query % 10 + 1) / 10 }.map { Int32($0) }
        }
      }
      let excess = SameSizeExcess(real: matches(400), rows: 400, holdout: matches(60), heldOut: 60)
      alarms += excess.low > 0 ? 1 : 0
    }
    #expect(alarms <= 4)
  }

  @Test("The area counts ties half, and the rate at 1 % is strict")
  func membershipCurve() {
    let curve = MembershipCurve(members: [1, 2, 3, 3], outsiders: [0, 2, 3])
    // Of 12 pairs: 1 > 0; 2 > 0, 2 = 2; twice 3 > 0, 3 > 2, 3 = 3.
    #expect(abs(curve.area - (1 + 1.5 + 2 * 2.5) / 12) < 1e-12)
    #expect(curve.truePositives(at: 0.01) == 0)
    #expect(MembershipCurve(members: [5, 6, 1], outsiders: [1, 2, 3]).truePositives(at: 0.01) == 2.0 / 3)
    let constant = MembershipCurve(members: [1, 1], outsiders: [1, 1])
    #expect(constant.area == 0.5 && constant.accuracyAtMedian == 0.5)
  }

  @Test("A negative number is not guessed by any negative guess, and a date not by any date")
  func inferenceTolerance() {
    // The secret's sign and the column's range decide, not the guess's sign: the two differ in all but the key column.
    let keys: [Int32] = (0..<200).map { Int32($0) }
    func table(_ secret: (Int) -> Double) -> Features {
      Features(
        names: ["key", "secret"],
        columns: [.categories(codes: keys, levels: 200), .numbers((0..<200).map(secret))], rowCount: 200)
    }
    let columns: [Comparison.Column] = [
      .init(name: "key", levels: keys.map(String.init)), .init(name: "secret", digits: 0),
    ]
    func risk(_ real: (Int) -> Double, _ synthetic: (Int) -> Double) -> PrivacyDetails.Attack {
      GuessingAttacks(
        real: table(real), synthetic: table(synthetic), holdout: nil, columns: columns,
        random: RandomStream(seed: 1), threads: 1
      ).run().inference.first { $0.column == "secret" }!
    }
    #expect(risk({ -100 - Double($0) }, { -2_000 - Double($0) }).successes == 0)
    #expect(risk({ -100 - Double($0) }, { -100 - Double($0) }).successes == 200)
    // Days since 1970: 5 % of the magnitude would be years.
    #expect(risk({ 20_000 + Double($0) }, { 20_050 + Double($0) }).successes == 0)
    #expect(risk({ $0 < 100 ? .nan : 7 }, { $0 < 150 ? .nan : 7 }).successes == 150)
  }
}

@Suite struct PrincipalAxesTests {
  @Test("Axes are those of an ellipse, scaled to unit variance")
  func ellipse() {
    var random = RandomStream(seed: 6)
    var rows: [Double] = []
    for _ in 0..<4_000 {
      let a = Double(random.normal()) * 3, b = Double(random.normal())
      rows += [(a + b) / 2.0.squareRoot() + 5, (a - b) / 2.0.squareRoot()]
    }
    let axes = PrincipalAxes(rows: rows, width: 2, share: 1, most: 5)
    let coordinates = axes.coordinates(rows)
    #expect(coordinates.count == 2)
    for axis in coordinates {
      #expect(abs(axis.reduce(0) { $0 + $1 * $1 } / 4_000 - 1) < 1e-9)
      #expect(abs(axis.reduce(0, +)) < 1e-6)
    }
    #expect(abs(zip(coordinates[0], coordinates[1]).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-6)
  }

  @Test("Of many columns the leading axes are found, and none where nothing varies")
  func wide() {
    var random = RandomStream(seed: 6)
    let width = 90
    var rows: [Double] = []
    for _ in 0..<600 {
      let factor = Double(random.normal())
      rows += (0..<width).map { factor * ($0 < 3 ? 10 : 0) + Double(random.normal()) * 0.1 }
    }
    let axes = PrincipalAxes(rows: rows, width: width, share: 0.99, most: 8)
    #expect(axes.count == 1)
    let flat = [Double](repeating: 4, count: 30)
    #expect(PrincipalAxes(rows: flat, width: 3, share: 1, most: 8).count == 0)
  }
}
