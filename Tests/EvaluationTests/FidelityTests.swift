import DownstreamModels
import Foundation
import Tables
import Tensors
import Testing

@testable import Evaluation

@Suite struct FidelityTests {
  private struct Golden: Decodable {
    var shapes: [String: Double]
    var pairs: [[PairEntry]]
    var trendError: Double, trendErrorThresholded: Double

    enum CodingKeys: String, CodingKey {
      case shapes, pairs, trendError = "trend_error", trendErrorThresholded = "trend_error_thresholded"
    }
    enum PairEntry: Decodable {
      case name(String), error(Double?)
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) { self = .name(name); return }
        self = .error(container.decodeNil() ? nil : try container.decode(Double.self))
      }
    }
  }

  @Test func agreesWithSDMetricsOnItsDemoColumnByColumn() throws {
    let golden = try EvaluationFixtures.read("fidelity.json", as: Golden.self)
    let prepared = try EvaluationFixtures.placements()
    #expect(prepared.leftOut.keys.sorted() == ["student_id"])
    let fidelity = Fidelity(prepared.comparison)
    #expect(fidelity.columns.count == golden.shapes.count)
    for column in fidelity.columns {
      let expected = try #require(golden.shapes[column.name])
      let found = try #require(column.shapeError.value)
      #expect(abs(found - expected) < 1e-9, "\(column.name)")
    }
    let positions = Dictionary(uniqueKeysWithValues: fidelity.pairs.names.enumerated().map { ($1, $0) })
    for entry in golden.pairs {
      guard case .name(let first) = entry[0], case .name(let second) = entry[1], case .error(let expected) = entry[2],
        let i = positions[first], let j = positions[second]
      else { Issue.record("the fixture cannot be read"); continue }
      let found = fidelity.pairs.error[i][j]
      #expect((found == nil) == (expected == nil), "\(first), \(second)")
      if let found, let expected { #expect(abs(found - expected) < 1e-9, "\(first), \(second)") }
    }
    #expect(abs(try #require(fidelity.figures[.trendError]?.value) - golden.trendError) < 1e-9)
    #expect(abs(try #require(fidelity.figures[.trendErrorThresholded]?.value) - golden.trendErrorThresholded) < 1e-9)
  }

  @Test func identicalTablesDifferInNothing() throws {
    let rows = EvaluationFixtures.generated(rows: 500, seed: 1)
    let fidelity = Fidelity(EvaluationFixtures.comparison(rows, rows, holdout: rows))
    for id in [FigureID.shapeError, .trendError, .trendErrorSharedBins, .missingRateError, .rangeViolations] {
      let figure = try #require(fidelity.figures[id])
      #expect(abs(try #require(figure.value)) < 1e-12, "\(id)")
      #expect(abs(try #require(figure.floor)) < 1e-12, "\(id)")
    }
    #expect(fidelity.figures[.categoryCoverage]?.value == 1)
  }

  @Test func shuffledColumnsKeepTheirShapeAndLoseTheirTrends() throws {
    let rows = EvaluationFixtures.generated(rows: 2000, seed: 2)
    let fidelity = Fidelity(EvaluationFixtures.comparison(rows, EvaluationFixtures.shuffled(rows, seed: 3)))
    #expect(try #require(fidelity.figures[.shapeError]?.value) < 1e-12)
    // x and y are bound by ρ ≈ .99 and lose half of it in the error; x and group, y and group lose most of theirs.
    #expect(try #require(fidelity.figures[.trendError]?.value) > 0.2)
    #expect(try #require(fidelity.figures[.trendErrorThresholded]?.value) > 0.4)
  }

  @Test func cellsOutOfRangeOffTheGridAndOfUnknownLevelsAreCounted() throws {
    let columns = [
      Comparison.Column(name: "n", digits: 0),
      Comparison.Column(name: "c", levels: ["a", "b", "new", "(missing)"], missingLevel: 3),
    ]
    let real = Features(
      names: ["n", "c"], columns: [.numbers([1, 2, 3, 4]), .categories(codes: [0, 1, 0, 3], levels: 4)], rowCount: 4)
    let synthetic = Features(
      names: ["n", "c"], columns: [.numbers([1, 2.5, 9, .nan]), .categories(codes: [0, 2, 0, 0], levels: 4)],
      rowCount: 4)
    let fidelity = Fidelity(Comparison(columns: columns, real: real, synthetic: synthetic, holdout: nil))
    let number = fidelity.columns[0]
    let category = fidelity.columns[1]
    #expect(number.rangeViolations.value == 1.0 / 3)
    #expect(number.typeViolations.value == 1.0 / 3)
    #expect(number.missing == .init(real: 0, synthetic: 0.25, holdout: nil))
    #expect(number.coverage.value == 1)
    #expect(category.rangeViolations.value == 0.25)
    #expect(category.coverage.value == 0.5)
    #expect(category.missing == .init(real: 0.25, synthetic: 0, holdout: nil))
  }

  @Test func columnsWithoutValuesAreMarkedAndNeverNaN() throws {
    let columns = [Comparison.Column(name: "n", digits: 0), Comparison.Column(name: "m", digits: 0)]
    let real = Features(names: ["n", "m"], columns: [.numbers([1, 2]), .numbers([5, 5])], rowCount: 2)
    let none = Features(names: ["n", "m"], columns: [.numbers([.nan]), .numbers([5])], rowCount: 1)
    let fidelity = Fidelity(Comparison(columns: columns, real: real, synthetic: none, holdout: none))
    // A column that only the synthetic table lacks is all wrong, and does not drop out of the mean.
    #expect(fidelity.columns[0].shapeError.value == 1)
    #expect(fidelity.columns[0].coverage.value == nil && fidelity.columns[0].coverage.why != nil)
    #expect(fidelity.figures[.shapeError]?.value == 0.5)
    #expect(fidelity.figures[.trendError]?.value == nil)
    #expect(fidelity.figures[.trendError]?.why != nil)
  }

  @Test(arguments: [nil, 0, 2])
  func numbersNearTheEndOfTheRangeStayFinite(_ digits: Int?) throws {
    let columns = [Comparison.Column(name: "n", digits: digits), Comparison.Column(name: "m", digits: digits)]
    let ordinary = (0..<90).map { Double($0 % 30) / 100 }
    let huge: [Double] = (0..<90).map { (row: Int) -> Double in
      row % 3 == 0 ? 1e308 : row % 3 == 1 ? -1.5e308 : Double(row)
    }
    for (real, synthetic) in [(huge, huge), (ordinary, huge), (huge, ordinary)] {
      func side(_ numbers: [Double]) -> Features {
        Features(names: ["n", "m"], columns: [.numbers(numbers), .numbers(ordinary)], rowCount: 90)
      }
      let comparison = Comparison(
        columns: columns, real: side(real), synthetic: side(synthetic), holdout: side(real))
      for column in Fidelity(comparison).columns {
        let edges = try #require(column.distribution.edges)
        #expect(edges.allSatisfy { $0.isFinite })
        #expect(edges == edges.sorted())
        #expect(abs(column.distribution.real.reduce(0, +) - 1) < 1e-9)
      }
      let details = try #require(Projection.measure(comparison, random: RandomStream(seed: 1)))
      let points: [[Double]] = details.real + details.synthetic + (details.holdout ?? [])
      #expect(points.joined().allSatisfy { $0.isFinite })
      #expect(details.explained.allSatisfy { $0 >= 0 && $0 < 1 + 1e-9 })
    }
  }

  @Test func functionsOfOtherColumnsAreFoundAndChecked() throws {
    var random = RandomStream(seed: 4)
    let a = (0..<600).map { _ in Int32(random.integer(below: 5)) }
    let b = (0..<600).map { _ in Int32(random.integer(below: 4)) }
    let sum = zip(a, b).map { Double($0 + $1) }
    let parity = a.map { $0 % 2 }
    let names = ["a", "b", "sum", "parity"]
    let real = Features(
      names: names,
      columns: [
        .categories(codes: a, levels: 5), .categories(codes: b, levels: 4), .numbers(sum),
        .categories(codes: parity, levels: 2),
      ], rowCount: 600)
    var broken = real
    broken.columns[2] = .numbers(sum.enumerated().map { $0.offset % 2 == 0 ? $0.element : $0.element + 1 })
    let columns = [
      Comparison.Column(name: "a", levels: ["0", "1", "2", "3", "4"]),
      Comparison.Column(name: "b", levels: ["0", "1", "2", "3"]), Comparison.Column(name: "sum", digits: 0),
      Comparison.Column(name: "parity", levels: ["even", "odd"]),
    ]
    let found = FunctionalDependencies.measure(
      Comparison(columns: columns, real: real, synthetic: broken, holdout: nil))
    #expect(
      found.contains(DependencyComparison(determinants: ["a"], dependent: "parity", real: 1, synthetic: 1)))
    #expect(
      found.contains(DependencyComparison(determinants: ["a", "b"], dependent: "sum", real: 1, synthetic: 0.5)))
    #expect(!found.contains { $0.determinants == ["a", "b"] && $0.dependent == "parity" })

    // However many new numbers synthetic rows have, the dependencies are those of the real table: rows with a
    // determinant that it lacks do not count.
    var strange = real
    strange.columns[2] = .numbers(sum.indices.map { $0 % 2 == 0 ? sum[$0] : 100 + Double($0) })
    let others = FunctionalDependencies.measure(
      Comparison(columns: columns, real: real, synthetic: strange, holdout: nil))
    #expect(others.map(\.dependent) == found.map(\.dependent))
    #expect(
      others.contains(DependencyComparison(determinants: ["a", "sum"], dependent: "b", real: 1, synthetic: 1)))
    // Where none has a determinant that it knows, nothing can be said.
    strange.columns[2] = .numbers(sum.indices.map { 100 + Double($0) })
    #expect(
      FunctionalDependencies.measure(Comparison(columns: columns, real: real, synthetic: strange, holdout: nil))
        .contains(DependencyComparison(determinants: ["a", "sum"], dependent: "b", real: 1, synthetic: nil)))
  }

  /// Two columns determine a third as long as a map of their joint values, at most 2²² = 4,194,304, is bearable.
  @Test(arguments: [(2_000, true), (2_100, false)])
  func onlyPairsOfBearableLengthAreDeterminants(_ levels: Int, _ isFound: Bool) {
    let rows = 20 * levels
    let a = (0..<rows).map { Int32($0 % levels) }
    let b = (0..<rows).map { row in (a[row] + Int32(row / levels % 2)) % Int32(levels) }
    let c = (0..<rows).map { row in Int32((Int(a[row]) * (b[row] == a[row] ? 1 : 3)) % 7) }
    let names = (0..<levels).map(String.init)
    let real = Features(
      names: ["a", "b", "c"],
      columns: [
        .categories(codes: a, levels: levels), .categories(codes: b, levels: levels), .categories(codes: c, levels: 7),
      ], rowCount: rows)
    let columns = [
      Comparison.Column(name: "a", levels: names), Comparison.Column(name: "b", levels: names),
      Comparison.Column(name: "c", levels: Array(names.prefix(7))),
    ]
    let found = FunctionalDependencies.measure(
      Comparison(columns: columns, real: real, synthetic: real, holdout: nil))
    #expect(
      found
        == (isFound ? [DependencyComparison(determinants: ["a", "b"], dependent: "c", real: 1, synthetic: 1)] : []))
  }

  @Test func theFirstComponentIsTheOneThatVariesMost() throws {
    let rows = EvaluationFixtures.generated(rows: 3000, seed: 5)
    let details = try #require(
      Projection.measure(EvaluationFixtures.comparison(rows, rows, holdout: rows), random: RandomStream(seed: 1)))
    #expect(details.real.count == Projection.mostPoints)
    #expect(details.explained[0] > details.explained[1])
    // x, y and group vary together: their axis carries nearly all of x and y, 2 of about 2.7 in all.
    #expect(details.explained[0] > 0.6 && details.explained.reduce(0, +) <= 1)
  }

  @Test func binsOfDatesAreLabelledAsDates() throws {
    let format = try DateFormat(pattern: "dd.MM.yyyy")
    let days = (0..<200).map { Double(18_000 + $0) }
    let rows = Features(names: ["day"], columns: [.numbers(days)], rowCount: days.count)
    let columns = [Comparison.Column(name: "day", dateFormat: format)]
    let fidelity = Fidelity(Comparison(columns: columns, real: rows, synthetic: rows, holdout: nil))
    let label = try #require(fidelity.columns[0].distribution.labels.first)
    // python3 -c "import datetime; print(datetime.date(1970, 1, 1) + datetime.timedelta(18000))"
    #expect(label.hasPrefix("14.04.2019 – "))
  }
}
