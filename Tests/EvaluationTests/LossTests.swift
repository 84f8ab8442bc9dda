import DownstreamModels
import Tensors
import Testing

@testable import Evaluation

/// Losses of tables from which something was taken out.
@Suite struct LossTests {
  private let real = EvaluationFixtures.generated(rows: 1_500, seed: 1)
  private let other = EvaluationFixtures.generated(rows: 1_200, seed: 2)

  private func losses(_ synthetic: Features) -> [Loss] {
    Losses.measure(EvaluationFixtures.comparison(real, synthetic))
  }

  private func numbers(_ features: Features, _ column: Int) -> [Double] {
    if case .numbers(let numbers) = features.columns[column] { numbers } else { [] }
  }

  @Test func aSecondSampleLacksNothing() {
    #expect(losses(other) == [])
    #expect(losses(EvaluationFixtures.generated(rows: 40, seed: 3)) == [])
  }

  @Test func anAbsentLevelIsFound() throws {
    guard case .categories(let codes, _) = other.columns[2] else { return }
    let found = losses(other.rows(codes.indices.filter { codes[$0] != 2 }))
    let level = try #require(found.first { $0.kind == .level })
    #expect(level.what == "group 'high'" && level.synthetic == 0 && level.real > 0.15)
  }

  @Test func aLostRangeIsFound() throws {
    let x = numbers(other, 0)
    let found = losses(other.rows(x.indices.filter { !(0.2...0.6).contains(x[$0]) }))
    let range = try #require(found.first { $0.kind == .range && $0.columns == ["x"] })
    #expect(range.real > 0.1 && range.synthetic < 0.02 && range.what.hasPrefix("x 0."), "\(range)")
  }

  @Test func aLostFrequentValueIsFound() throws {
    func spiked(_ features: Features, _ value: Double) -> Features {
      var copy = features
      copy.columns[0] = .numbers(numbers(features, 0).enumerated().map { $0 % 10 == 0 ? value : $1 })
      return copy
    }
    let found = Losses.measure(EvaluationFixtures.comparison(spiked(real, 1.5), other))
    #expect(found.contains { $0.kind == .value && $0.what == "x 1.50" && $0.real > 0.09 }, "\(found)")
    #expect(Losses.measure(EvaluationFixtures.comparison(spiked(real, 1.5), spiked(other, 1.5))) == [])
  }

  @Test func anEmptyColumnIsFoundAndImprovesNoFigure() throws {
    var emptied = other
    emptied.columns[0] = .numbers([Double](repeating: .nan, count: other.rowCount))
    let found = losses(emptied)
    #expect(found.first?.kind == .emptyColumn && found.first?.what == "x")
    let before = Fidelity(EvaluationFixtures.comparison(real, other)).figures
    let after = Fidelity(EvaluationFixtures.comparison(real, emptied)).figures
    for id in [FigureID.shapeError, .trendError, .trendErrorSharedBins, .missingRateError, .rangeViolations] {
      #expect(after[id]!.value! > before[id]!.value!, "\(id)")
    }
    #expect(after[.typeViolations]!.value! > before[.typeViolations]!.value!)
  }

  @Test func rowsThatSeveralColumnsDescribeAreFound() throws {
    // Two independent numbers: neither loses a range when a corner of the square is gone.
    func square(_ rows: Int, _ seed: UInt64, corner: Bool) -> Features {
      var random = RandomStream(seed: seed)
      var x: [Double] = [], y: [Double] = []
      while x.count < rows {
        let (a, b) = (Double(random.uniform()), Double(random.uniform()))
        if !corner, a > 0.6, b > 0.6 { continue }
        x.append(a)
        y.append(b)
      }
      return Features(names: ["x", "y"], columns: [.numbers(x), .numbers(y)], rowCount: rows)
    }
    let columns = [Comparison.Column(name: "x"), Comparison.Column(name: "y")]
    func losses(corner: Bool) -> [Loss] {
      Losses.measure(
        Comparison(
          columns: columns, real: square(2_000, 1, corner: true), synthetic: square(1_500, 2, corner: corner),
          holdout: nil))
    }
    let region = try #require(losses(corner: false).first)
    #expect(region.kind == .region && region.columns == ["x", "y"] && region.real > 0.08, "\(region)")
    #expect(losses(corner: true) == [])
  }

  @Test func samplingErrorIsThatOfASecondSample() throws {
    let comparison = EvaluationFixtures.comparison(real, other)
    let expected = try #require(SamplingError.measure(comparison, random: RandomStream(seed: 4)))
    let fidelity = Fidelity(comparison).figures
    let (shape, trend) = (fidelity[.shapeError]!.value!, fidelity[.trendError]!.value!)
    #expect(expected.shape! > shape / 2 && expected.shape! < shape * 2, "\(expected.shape!) \(shape)")
    #expect(expected.trend! > trend / 2 && expected.trend! < trend * 2, "\(expected.trend!) \(trend)")
  }
}
