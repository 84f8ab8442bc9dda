import Foundation
import Tensors
import Testing

@testable import DownstreamModels

@Suite struct LinearTests {
  @Test(arguments: 0..<5) func gradientsAgreeWithFiniteDifferences(_ kind: Int) {
    let sample = Sample(rows: 60, seed: 8)
    var random = RandomStream(seed: 2)
    let outcome: LinearObjective.Outcome =
      switch kind % 3 {
      case 0: .binary(sample.score.map { $0 > 0 ? 1 : 0 })
      case 1: .classes(sample.score.map { $0 > 1.5 ? 2 : $0 > -1 ? 1 : 0 }, count: 3)
      default: .numbers(sample.score)
      }
    var design = LinearDesign(standardising: sample.features)
    if case .category(let inputs, _) = design.columns[2] {
      design.columns[2] = .category(inputs: inputs, centres: [0, 1, 0, 0.5, 0, 0, 0, 0])
    }
    let weights = (0..<60).map { _ in Double(random.uniform()) }
    let objective = LinearObjective(
      design.rows(sample.features), outcome, weights: weights, ridge: 0.3, focal: kind < 3 ? nil : FocalLoss(gamma: 1.5)
    )
    var place = (0..<objective.parameterCount).map { _ in Double(random.normal()) }
    var gradient = place
    var ignored = place
    _ = objective(&place, &gradient)
    for index in place.indices {
      let step = 1e-5
      place[index] += step
      let up = objective(&place, &ignored)
      place[index] -= 2 * step
      let down = objective(&place, &ignored)
      place[index] += step
      #expect(abs((up - down) / (2 * step) - gradient[index]) < 1e-7)
    }
  }

  @Test func coefficientsAreScikitLearnsAndSciPys() throws {
    let fixtures = try ModelFixtures.read()
    for f in [fixtures.logistic2, fixtures.logistic3] {
      let model = try LinearModel(.ridge, strengths: [f.strength], iterations: 1000, tolerance: 1e-9)
        .solve(f.features, f.outcome, seed: 0)
      compare(model, f.ridgeCoefficients, f.ridgeIntercepts)
    }
    for f in [fixtures.logistic2, fixtures.logistic3] {
      let focal = try LinearModel(
        .ridge, strengths: [f.strength], iterations: 1000, tolerance: 1e-9, focal: FocalLoss(gamma: 2)
      ).solve(f.features, f.outcome, seed: 0)
      compare(focal, f.focalCoefficients, f.focalIntercepts)
    }
    let f = fixtures.logistic2
    let lasso = try LinearModel(.lasso, strengths: [f.strength], iterations: 1000, tolerance: 1e-9)
      .solve(f.features, f.outcome, seed: 0)
    compare(lasso, try #require(f.lassoCoefficients), try #require(f.lassoIntercepts))
    #expect(lasso.parameters.contains(0), "an L1 penalty leaves inputs out")
  }

  private func compare(_ model: FittedLinearModel, _ coefficients: [Double], _ intercepts: [Double]) {
    let expected = coefficients + intercepts
    #expect(model.parameters.count == expected.count)
    // Intercepts of a softmax are free up to a common shift.
    let own = model.parameters.suffix(intercepts.count).reduce(0, +) / Double(intercepts.count)
    let theirs = intercepts.reduce(0, +) / Double(intercepts.count)
    for (index, pair) in zip(model.parameters, expected).enumerated() {
      let shift = intercepts.count > 1 && index >= coefficients.count ? theirs - own : 0
      #expect(abs(pair.0 + shift - pair.1) < 1e-3, "parameter \(index)")
    }
  }

  @Test func robustScalingIsScikitLearns() throws {
    let f = try ModelFixtures.read().robust
    let features = Features(
      names: ["x", "c"], columns: [.numbers(f.x), .categories(codes: f.codes, levels: 3)], rowCount: f.x.count)
    let design = LinearDesign(columns: [
      .number(filling: 0, centre: f.centre[0], scale: f.scale[0], indicatesMissing: false),
      .category(inputs: [0, 1, 2], centres: Array(f.centre[1...])),
    ])
    let solution = try LinearSolver(strength: 1 / Double(f.x.count), iterations: 1000, tolerance: 1e-10)
      .solve(features, positive: f.classes.map { $0 == 1 }, design: design)
    for (own, theirs) in zip(solution.parameters, f.coefficients + [f.intercept]) { #expect(abs(own - theirs) < 1e-3) }
  }

  @Test func leastSquaresAreFound() throws {
    let x = (0..<50).map { Double($0) }
    let features = Features(names: ["x"], columns: [.numbers(x)], rowCount: 50)
    let model = try LinearModel(.ridge, strengths: [1e-9]).fit(
      features, .numbers(x.map { 3e6 * $0 - 7e6 }), seed: 0)
    for (prediction, x) in zip(model.predict(features), x) { #expect(abs(prediction - (3e6 * x - 7e6)) < 1e4) }
  }
}
