import Foundation
import Tensors

/// Logistic regression for classes (multinomial for more than two), linear regression for numbers, with a penalty on
/// the coefficients whose strength a fifth of the rows, held out, chooses.
///
/// Minimised: mean loss + strength · (½ |w|² for ``Penalty/ridge``, |w|₁ for ``Penalty/lasso``), intercepts free; numbers
/// standardised, missing ones indicated, categories by an input a level (``LinearDesign``). In scikit-learn's terms,
/// C = 1 / (strength · rows).
public struct LinearModel: DownstreamModel {
  /// The name that results give it.
  public var name: String {
    switch penalty {
    case .ridge: "linear, L2"
    case .lasso: "linear, L1"
    }
  }
  /// The penalty on the coefficients.
  public var penalty: Penalty
  /// Strengths to choose from, descending: each start is where the stronger one ended.
  public var strengths: [Double]
  /// The most rows on which the strength is chosen; of more, a random part. All rows learn the final model.
  public var maximumRowsToChoose: Int
  /// The most iterations, and the largest part of the gradient that ends them.
  public var iterations: Int, tolerance: Double
  /// The loss of classes, where it is not the log-loss.
  public var focal: FocalLoss?

  /// The penalty on the coefficients.
  public enum Penalty: String, Sendable {
    /// Half the sum of squares.
    case ridge
    /// The sum of absolute values, which leaves features out.
    case lasso
  }

  /// Makes a model that has not learned. `strengths` nil: .1, .01, .001 and .0001 (L1: .03, .003 and .0003).
  public init(
    _ penalty: Penalty, strengths: [Double]? = nil, maximumRowsToChoose: Int = 10_000, iterations: Int = 100,
    tolerance: Double = 1e-4, focal: FocalLoss? = nil
  ) {
    self.penalty = penalty
    self.strengths = (strengths ?? (penalty == .ridge ? [0.1, 0.01, 0.001, 0.0001] : [0.03, 0.003, 0.0003]))
      .sorted(by: >)
    precondition(!self.strengths.isEmpty, "a linear model needs a strength of its penalty")
    self.maximumRowsToChoose = maximumRowsToChoose
    self.iterations = iterations
    self.tolerance = tolerance
    self.focal = focal
  }

  /// The model with another loss of classes.
  public func focused(by loss: FocalLoss) -> LinearModel? {
    var model = self
    model.focal = loss
    return model
  }

  /// Learns; see ``DownstreamModel/fit(_:_:weights:seed:threads:)``.
  public func fit(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64, threads: Int = 1
  ) throws(DownstreamError) -> any FittedDownstreamModel {
    try solve(features, outcome, weights: weights, seed: seed)
  }

  /// ``fit(_:_:weights:seed:threads:)`` for those who ask for coefficients.
  public func solve(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64
  ) throws(DownstreamError) -> FittedLinearModel {
    let set = try TrainingSet(features, outcome, weights: weights)
    let strength = try bestStrength(set, seed: seed)
    let design = LinearDesign(standardising: set.features)
    return try fitted(set, design, strengths: [strength])[0]
  }

  private func bestStrength(_ set: TrainingSet, seed: UInt64) throws(DownstreamError) -> Double {
    guard strengths.count > 1, set.rowCount >= 20 else { return strengths[0] }
    let stream = RandomStream(seed: seed).child(SeedUse.strength)
    let part = set.sample(maximumRowsToChoose, stream: stream.child(0))
    let parts = part.split(holdingOut: 0.2, stream: stream.child(1))
    let training = part.rows(parts.training)
    let validation = part.rows(parts.validation)
    let models = try fitted(training, LinearDesign(standardising: training.features), strengths: strengths)
    let losses = models.map { validation.loss(of: $0, focal: focal) }
    return strengths[losses.indices.min { losses[$0] < losses[$1] } ?? 0]
  }

  private func fitted(
    _ set: TrainingSet, _ design: LinearDesign, strengths: [Double]
  ) throws(DownstreamError) -> [FittedLinearModel] {
    let outcome: LinearObjective.Outcome
    switch set.target {
    case .classes(let codes, let occurring, _):
      outcome =
        occurring.count == 2 ? .binary(codes.map { Double($0) }) : .classes(codes, count: occurring.count)
    case .numbers(let numbers, _, _): outcome = .numbers(numbers)
    }
    var objective = LinearObjective(
      design.rows(set.features), outcome, weights: set.weights, ridge: 0, focal: focal)
    var parameters = [Double](repeating: 0, count: objective.parameterCount)
    var models: [FittedLinearModel] = []
    for strength in strengths {
      var minimizer = Minimizer(iterations: iterations, tolerance: tolerance)
      switch penalty {
      case .ridge: objective.ridge = strength
      case .lasso: minimizer.lasso = (strength, objective.outputs * objective.rows.width)
      }
      let current = objective
      parameters = try minimizer.minimize(from: parameters) { current($0, $1) }
      models.append(
        FittedLinearModel(
          design: design, parameters: parameters, outputs: objective.outputs, strength: strength,
          form: OutcomeForm(set.target)))
    }
    return models
  }
}

/// A ``LinearModel`` that has learned.
public struct FittedLinearModel: FittedDownstreamModel, Codable {
  /// How columns become inputs.
  public let design: LinearDesign
  /// The coefficients of each output in the order of the design's inputs (numbers first, then levels and indicators of
  /// what is missing, by column), one output after another, then the intercepts.
  public let parameters: [Double]
  /// One, or the number of classes where they are more than two.
  public let outputs: Int
  /// The penalty's strength that was chosen.
  public let strength: Double
  let form: OutcomeForm
  /// The numbers of a prediction: one, or as many as there are classes.
  public var predictionWidth: Int {
    if case .classes(_, let count) = form { count } else { 1 }
  }

  /// Predicts; see ``FittedDownstreamModel/predict(_:)``.
  public func predict(_ features: Features) -> [Double] {
    var scores = design.rows(features).scores(parameters, outputs: outputs)
    guard case .classes = form else { return form.predictions(scores, rows: features.rowCount) }
    if outputs == 1 {
      scores = scores.map { 1 / (1 + Foundation.exp(-$0)) }
    } else {
      for row in 0..<features.rowCount {
        let range = row * outputs..<(row + 1) * outputs
        let largest = scores[range].max() ?? 0
        for place in range { scores[place] = Foundation.exp(scores[place] - largest) }
      }
    }
    return form.predictions(scores, rows: features.rowCount)
  }
}

extension FittedLinearModel {
  /// Why a model that was read cannot be one; nil where it can.
  ///
  /// - Parameters:
  ///   - columns: the levels of each column that it is to see; 0 for a number.
  ///   - classes: those that it may tell apart at most; 0 for a number.
  public func flaw(columns: [Int], classes: Int) -> String? {
    guard design.columns.count == columns.count else { return "its design is for \(design.columns.count) columns" }
    var width = 0
    for (form, levels) in zip(design.columns, columns) {
      switch form {
      case .number(let filling, let centre, let scale, let indicatesMissing):
        guard levels == 0, filling.isFinite, centre.isFinite, scale.isFinite, scale > 0 else {
          return "a number's design"
        }
        width += indicatesMissing ? 2 : 1
      case .category(let inputs, let centres):
        guard levels > 0, inputs.allSatisfy({ (-1..<Int32(clamping: inputs.count)).contains($0) }) else {
          return "a category's design"
        }
        let own = Int(inputs.max() ?? -1) + 1
        guard centres.map({ $0.count >= own && $0.allSatisfy(\.isFinite) }) ?? true else {
          return "a category's centres"
        }
        width += own
      }
    }
    switch form {
    case .numbers(let mean, let deviation):
      guard classes == 0, outputs == 1, mean.isFinite, deviation.isFinite else { return "its outcome" }
    case .classes(let occurring, let count):
      guard classes > 0, (1...classes).contains(count), occurring.count >= 2, Set(occurring).count == occurring.count,
        occurring.allSatisfy({ (0..<count).contains($0) }), outputs == (occurring.count == 2 ? 1 : occurring.count)
      else { return "its classes" }
    }
    guard parameters.count == outputs * (width + 1) else {
      return "\(parameters.count) coefficients where there should be \(outputs * (width + 1))"
    }
    return parameters.allSatisfy { abs($0) <= 1e100 } ? nil : "a coefficient beyond 1e100"
  }
}
