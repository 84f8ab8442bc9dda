import DownstreamModels
import Foundation
import Tensors
import Testing

@Suite struct ModelTests {
  private let training = Sample(rows: 600, seed: 1)
  private let test = Sample(rows: 300, seed: 2)

  @Test(arguments: everyModel.indices) func learnsWhatIsThere(_ index: Int) throws {
    let model = everyModel[index]
    let binary = try model.fit(training.features, training.binary, weights: nil, seed: 1, threads: 1)
    guard case .classes(let observed, _) = test.binary, case .classes(let three, _) = test.classes else { return }
    let two = ClassPredictions(binary.predict(test.features), observed: observed, classes: 2)
    #expect(try #require(two.rocAUC) > 0.85, "\(model.name)")
    #expect(try #require(two.logLoss) < 0.55, "\(model.name)")
    let many = try model.fit(training.features, training.classes, weights: nil, seed: 1, threads: 1)
    let predictions = ClassPredictions(many.predict(test.features), observed: three, classes: 3)
    #expect(try #require(predictions.rocAUC) > 0.8, "\(model.name)")
    for row in 0..<300 {
      let sum = predictions.probabilities[row * 3..<row * 3 + 3].reduce(0, +)
      #expect(abs(sum - 1) < 1e-6)
    }
    let numbers = try model.fit(training.features, training.numbers, weights: nil, seed: 1, threads: 1)
    #expect(try #require(Metrics.r2(numbers.predict(test.features), observed: test.score)) > 0.5, "\(model.name)")
  }

  @Test(arguments: everyModel.indices) func aSeedGivesTheSameOnAnyNumberOfThreads(_ index: Int) throws {
    let model = everyModel[index]
    for outcome in [training.binary, training.classes, training.numbers] {
      let predictions = try [1, 2, 3].map { threads in
        try model.fit(training.features, outcome, weights: nil, seed: 9, threads: threads).predict(test.features)
      }
      #expect(predictions[0] == predictions[1] && predictions[0] == predictions[2], "\(model.name)")
    }
  }

  @Test(arguments: everyModel.indices) func weightsCountAsRepeatedRows(_ index: Int) throws {
    // Only for models without random parts, whose strength is not chosen.
    let model: any DownstreamModel = [
      GradientBoosting(trees: 5), LinearModel(.ridge, strengths: [0.1], iterations: 500, tolerance: 1e-9),
      DecisionTree(depths: [4]),
    ][index % 3]
    let rows = (0..<600).flatMap { [Int](repeating: $0, count: $0 % 3) }
    let repeated = try model.fit(
      training.features.rows(rows), training.binary.rows(rows), weights: nil, seed: 0, threads: 1)
    let weighted = try model.fit(
      training.features, training.binary, weights: (0..<600).map { Double($0 % 3) }, seed: 0, threads: 1)
    let (a, b) = (repeated.predict(test.features), weighted.predict(test.features))
    // Designs and bins are of unweighted rows, so not to the last digit.
    let difference = zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(a.count)
    #expect(difference < 0.1, "\(model.name)")
  }

  @Test(arguments: everyModel.indices) func oddTablesGiveAnErrorOrSense(_ index: Int) throws {
    let model = everyModel[index]
    let constant = Features(
      names: ["one", "none", "level"],
      columns: [
        .numbers([Double](repeating: 4, count: 40)), .numbers([Double](repeating: .nan, count: 40)),
        .categories(codes: [Int32](repeating: 0, count: 40), levels: 1),
      ], rowCount: 40)
    var wild = (0..<40).map { Double($0) }
    (wild[0], wild[1], wild[7]) = (.infinity, -1e300, -.infinity)
    let huge = Features(names: ["huge"], columns: [.numbers(wild)], rowCount: 40)
    let none = Features(names: [], columns: [], rowCount: 40)
    let labels = (0..<40).map { $0 % 4 == 0 ? 1 : 0 }
    var gaps = labels
    for row in 0..<9 { gaps[row] = -1 }
    gaps[3] = 2
    let outcomes: [Outcome] = [
      .classes(labels, count: 2), .classes(labels.map { $0 * 3 }, count: 5), .classes(gaps, count: 3),
      .numbers(labels.map { $0 == 0 ? -1e300 : 1e300 }), .numbers((0..<40).map { $0 % 4 == 0 ? .nan : Double($0) }),
    ]
    for features in [constant, huge, none] {
      for outcome in outcomes {
        let predictions = try model.fit(features, outcome, weights: nil, seed: 0, threads: 1).predict(features)
        #expect(predictions.allSatisfy { $0.isFinite }, "\(model.name)")
        if case .classes(_, let count) = outcome { #expect(predictions.count == 40 * count) }
      }
    }
    let fitted = try model.fit(training.features, training.binary, weights: nil, seed: 0, threads: 1)
    #expect(fitted.predict(training.features.rows([])) == [])
  }

  @Test(arguments: everyModel.indices) func nothingToLearnIsATypedError(_ index: Int) {
    let model = everyModel[index]
    let one = training.features.rows([0])
    func error(_ features: Features, _ outcome: Outcome, weights: [Double]? = nil) -> DownstreamError? {
      do throws(DownstreamError) {
        _ = try model.fit(features, outcome, weights: weights, seed: 0, threads: 1)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(one, .classes([1], count: 2)) == .oneOutcome)
    #expect(error(one, .numbers([3])) == .oneOutcome)
    #expect(error(one, .numbers([.nan])) == .noRows)
    #expect(error(one.rows([]), .classes([], count: 2)) == .noRows)
    #expect(error(training.features, .classes([Int](repeating: 1, count: 600), count: 2)) == .oneOutcome)
    #expect(error(one, .classes([1], count: 2), weights: [0]) == .noRows)
  }

  @Test func levelsThatWereNotSeenArePredicted() throws {
    var other = test.features
    other.columns[2] = .categories(codes: (0..<300).map { Int32($0 % 500) }, levels: 500)
    for model in everyModel {
      let fitted = try model.fit(training.features, training.binary, weights: nil, seed: 0, threads: 1)
      #expect(fitted.predict(other).allSatisfy { $0 >= 0 && $0 <= 1 }, "\(model.name)")
    }
  }

  @Test func explanationsFindWhatMatters() throws {
    var features = training.features
    var random = RandomStream(seed: 4)
    features.names.append("noise")
    features.columns.append(.numbers((0..<600).map { _ in Double(random.normal()) }))
    let trees = try GradientBoosting(trees: 20, depth: 3).grow(features, training.binary, seed: 0)
    for amounts in [trees.totalGains(), trees.meanContributions(features.rows(Array(0..<100)))] {
      #expect(amounts.count == 4)
      #expect(amounts[0] == amounts.max() && amounts[3] == amounts.min())
    }
    let findings = try BackwardElimination().search(features, training.binary, seed: 0)
    #expect(findings.steps.count == 3 && findings.steps.first?.column == 3)
    #expect(findings.canBeLeftOut.contains(3) && !findings.canBeLeftOut.contains(0))
    #expect(findings == (try BackwardElimination().search(features, training.binary, seed: 0)))
  }

  @Test func contributionsAddUpToTheMarginWithCategories() throws {
    // A model of the category alone: its mean |contribution| is the mean |margin − bias|.
    let features = Features(names: ["c"], columns: [training.features.columns[2]], rowCount: 600)
    let trees = try GradientBoosting(trees: 10).grow(features, training.binary, seed: 0)
    let margins = (0..<600).map { row -> Double in
      let p = trees.predict(features.rows([row]))[1]
      return Foundation.log(p / (1 - p))
    }
    let contributions = (0..<600).map { trees.meanContributions(features.rows([$0]))[0] }
    let expected = zip(margins, contributions).map { margin, contribution in
      (margin - contribution, margin + contribution)
    }
    // margin = bias ± |contribution|, with one bias for all rows.
    let bias =
      expected.first { pair in expected.allSatisfy { abs($0.0 - pair.0) < 1e-4 || abs($0.1 - pair.0) < 1e-4 } }
      ?? expected.first.map { ($0.1, $0.0) }
    let value = try #require(bias).0
    #expect(expected.allSatisfy { abs($0.0 - value) < 1e-4 || abs($0.1 - value) < 1e-4 })
  }
}
