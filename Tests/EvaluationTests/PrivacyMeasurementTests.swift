import DownstreamModels
import Foundation
import Tensors
import Testing

@testable import Evaluation

@Suite struct PrivacyMeasurementTests {
  @Test("Distances, ratios and copies are those of the reference")
  func agreesWithReference() throws {
    let fixture = try PrivacyFixture.read()
    let (figures, details) = PrivacyMeasurement(fixture.comparison, seed: 1, threads: 2).run()
    #expect(figures[.copies]?.value == fixture.copies)
    #expect(figures[.copies]?.floor == fixture.copiesOfHoldout)
    #expect(abs(figures[.distanceShare]!.value! - fixture.distanceShare) < 1e-9)
    #expect(abs(figures[.neighbourRatio]!.value! - fixture.neighbourRatio) < 1e-9)
    #expect(abs(figures[.neighbourRatioBelowThird]!.value! - fixture.neighbourRatioBelowThird) < 1e-9)
    #expect(zip(details.syntheticToReal, fixture.percentiles).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(details.syntheticToReal.count == 101 && details.ratioHoldout?.count == 101)
  }

  @Test("α-precision and β-recall are those of the reference")
  func alphaPrecision() throws {
    let fixture = try PrivacyFixture.read()
    let (precision, recall) = AlphaPrecision(fixture.comparison, seed: 1, threads: 2).run()
    #expect(abs(precision.value! - fixture.alphaPrecision) < 1e-6)
    #expect(abs(recall.value! - fixture.betaRecall) < 1e-6)
    #expect(abs(precision.floor! - fixture.floorAlphaPrecision) < 1e-6)
    #expect(abs(recall.floor! - fixture.floorBetaRecall) < 1e-6)
  }

  @Test("The real table handed out as synthetic is perfect and not private at all")
  func copying() throws {
    let real = Population.rows(1_200, stream: 1)
    let comparison = Population.comparison(real, real: real)
    let (figures, details) = PrivacyMeasurement(comparison, seed: 3, threads: 2).run()
    #expect(figures[.copies]?.value == 1 && figures[.copies]!.floor! < 0.01)
    #expect(figures[.distanceShare]!.value! > 0.99)
    #expect(figures[.neighbourRatioBelowThird]!.value! > 0.99)
    #expect(figures[.membershipAUC]!.value! > 0.99)
    #expect(details.membership!.accuracy > 0.95 && details.membership!.truePositivesAtOnePercent > 0.95)
    for id in [FigureID.singlingOutUnivariate, .singlingOutMultivariate, .linkability, .inference] {
      #expect(figures[id]!.interval!.low > 0.3, "\(id) \(figures[id]!)")
    }
    let alpha = AlphaPrecision(comparison, seed: 3, threads: 2).run()
    #expect(alpha.precision.value! > 0.99 && alpha.recall.value! > 0.99)
  }

  @Test("Other rows of the same population are private")
  func population() throws {
    let comparison = Population.comparison(Population.rows(1_300, stream: 5), real: Population.rows(1_200, stream: 1))
    let (figures, details) = PrivacyMeasurement(comparison, seed: 3, threads: 2).run()
    #expect(abs(figures[.distanceShare]!.value! - 0.5) < 0.05)
    #expect(figures[.copies]!.value! < 0.01)
    let membership = figures[.membershipAUC]!
    #expect(membership.interval!.low < 0.5 && membership.interval!.high > 0.5)
    for attack in details.attacks {
      #expect(attack.attempts > 100 && attack.risk.interval!.low < 0.02, "\(attack)")
    }
    #expect(details.attacks.map(\.name).prefix(3) == [.singlingOutUnivariate, .singlingOutMultivariate, .linkability])
    #expect(figures[.inference]!.interval!.low == 0)
  }

  @Test("Without a hold-out, what needs one does not apply, and risks carry a caution")
  func withoutHoldout() throws {
    let comparison = Population.comparison(
      Population.rows(700, stream: 5), real: Population.rows(600, stream: 1), holdout: nil)
    let (figures, details) = PrivacyMeasurement(comparison, seed: 3, threads: 2).run()
    #expect(figures[.distanceShare]?.value == nil && figures[.distanceShare]?.why != nil)
    #expect(figures[.membershipAUC]?.value == nil && details.membership == nil)
    #expect(figures[.neighbourRatio]?.value != nil && figures[.neighbourRatio]?.floor == nil)
    #expect(details.syntheticToHoldout == nil && details.holdoutToReal == nil && details.ratioHoldout == nil)
    #expect(details.attacks.allSatisfy { $0.controlRate == nil && $0.caution!.contains("without held-out rows") })
  }

  @Test("The same seed gives the same result for any number of threads, another seed another")
  func determinism() {
    let comparison = Population.comparison(Population.rows(900, stream: 5), real: Population.rows(1_000, stream: 1))
    let one = PrivacyMeasurement(comparison, seed: 3, threads: 1).run()
    let two = PrivacyMeasurement(comparison, seed: 3, threads: 2).run()
    #expect(one.figures == two.figures && one.details == two.details)
    #expect(PrivacyMeasurement(comparison, seed: 4, threads: 2).run().details != one.details)
  }

  static let oddities: [String] = [
    "one row", "two rows", "equal rows", "constant columns", "categories", "numbers", "all missing", "no rows",
    "few synthetic", "few real", "one column", "few held out", "huge",
  ]

  @Test("Odd tables give a value or a reason, never a number that is not one", arguments: oddities)
  func odd(_ name: String) throws {
    var columns = Population.columns
    var real = Population.rows(60, stream: 1), synthetic = Population.rows(50, stream: 2)
    var holdout: Features? = Population.rows(40, stream: 3)
    func change(_ transform: (Features) -> Features) {
      real = transform(real)
      synthetic = transform(synthetic)
      holdout = holdout.map(transform)
    }
    func keep(_ places: [Int]) {
      columns = places.map { columns[$0] }
      change { rows in
        Features(
          names: places.map { rows.names[$0] }, columns: places.map { rows.columns[$0] }, rowCount: rows.rowCount)
      }
    }
    switch name {
    case "one row": change { $0.rows([0]) }
    case "two rows": change { $0.rows([0, 1]) }
    case "equal rows": change { $0.rows(Array(repeating: 0, count: 30)) }
    case "constant columns":
      change { rows in
        var copy = rows
        copy.columns[0] = .numbers(.init(repeating: 7, count: rows.rowCount))
        copy.columns[3] = .categories(codes: .init(repeating: 2, count: rows.rowCount), levels: 5)
        return copy
      }
    case "categories": keep([3, 4])
    case "numbers": keep([0, 1, 2])
    case "all missing":
      change { rows in
        var copy = rows
        copy.columns[1] = .numbers(.init(repeating: .nan, count: rows.rowCount))
        copy.columns[3] = .categories(codes: .init(repeating: 4, count: rows.rowCount), levels: 5)
        return copy
      }
    case "no rows": synthetic = synthetic.rows([])
    case "few synthetic": synthetic = synthetic.rows([0, 1, 2])
    case "few real": real = real.rows([0])
    case "one column": keep([0])
    case "few held out": holdout = holdout!.rows([0, 1])
    default:
      synthetic.columns[0] = .numbers((0..<synthetic.rowCount).map { $0 % 2 == 0 ? 1e300 : -1e300 })
      real.columns[1] = .numbers((0..<real.rowCount).map { Double($0) * 1e305 })
    }
    for held in [holdout, nil, holdout?.rows([])] {
      let comparison = Comparison(columns: columns, real: real, synthetic: synthetic, holdout: held)
      let (figures, details) = PrivacyMeasurement(comparison, seed: 1, threads: 2).run()
      let alpha = AlphaPrecision(comparison, seed: 1, threads: 2).run()
      #expect(figures.count == 9)
      for figure in Array(figures.values) + [alpha.precision, alpha.recall] + details.attacks.map(\.risk) {
        #expect((figure.value == nil) == (figure.why != nil))
        #expect(figure.value?.isFinite ?? true)
        #expect(figure.interval.map { $0.low <= $0.high } ?? true)
      }
      // JSON has no NaN: encoding throws where one is left.
      _ = try JSONEncoder().encode(details)
    }
  }
}
