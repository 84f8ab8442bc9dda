import Foundation

/// Several models and a linear one on top that learns, from their predictions for rows they had not seen, whom to
/// trust.
///
/// Source: D. Wolpert, "Stacked generalization", Neural Networks 5, 1992; with probabilities as inputs, K. Ting,
/// I. Witten, "Issues in stacked generalization", JAIR 10, 1999. The top is a ridge (strength .001) logistic regression
/// on the models' log-odds, clipped to ±10 (more classes: logarithms of probabilities), or a linear one on their
/// numbers. Of more than `maximumRows` rows a random part makes the out-of-fold predictions; the models themselves then
/// learn from all rows.
public struct Stack: DownstreamModel {
  /// The name that results give it.
  public var name: String { "stack" }
  /// The models that are stacked.
  public var models: [any DownstreamModel]
  /// The number of folds, and the most rows that are divided into them.
  public var folds: Int, maximumRows: Int

  /// Makes a stack that has not learned.
  public init(_ models: [any DownstreamModel], folds: Int = 3, maximumRows: Int = 10_000) {
    precondition(!models.isEmpty && folds > 1, "a stack needs models and two folds or more")
    self.models = models
    self.folds = folds
    self.maximumRows = maximumRows
  }

  /// Learns; see ``DownstreamModel/fit(_:_:weights:seed:threads:)``.
  public func fit(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64, threads: Int = 1
  ) throws(DownstreamError) -> any FittedDownstreamModel {
    _ = try TrainingSet(features, outcome, weights: weights)
    let outOfFold = try OutOfFold(
      models, features, outcome, weights: weights, folds: folds, maximumRows: maximumRows, seed: seed,
      threads: threads)
    let all = sideBySide(models.count, threads: threads) { place in
      Result { () throws(DownstreamError) in
        try models[place].fit(features, outcome, weights: weights, seed: seed, threads: 1)
      }
    }
    var fitted: [any FittedDownstreamModel] = []
    for result in all { fitted.append(try result.get()) }
    return FittedStack(
      models: fitted, top: try StackTop(outOfFold, outcome, weights: weights, seed: seed))
  }
}

/// The model on top of a stack.
public struct StackTop: Sendable {
  private let fitted: FittedLinearModel
  private let classes: Int?

  /// Learns from predictions for rows that the models had not seen.
  public init(
    _ outOfFold: OutOfFold, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64
  ) throws(DownstreamError) {
    let classes: Int? = if case .classes(_, let count) = outcome { count } else { nil }
    self.classes = classes
    let inputs = StackTop.inputs(outOfFold.predictions, classes: classes, rows: outOfFold.rows.count)
    fitted = try LinearModel(.ridge, strengths: [0.001]).solve(
      inputs, outcome.rows(outOfFold.rows), weights: weights.map { weights in outOfFold.rows.map { weights[$0] } },
      seed: seed)
  }

  /// The stack's predictions from those of its models.
  public func combine(_ predictions: [[Double]], rows: Int) -> [Double] {
    fitted.predict(StackTop.inputs(predictions, classes: classes, rows: rows))
  }

  private static func inputs(_ predictions: [[Double]], classes: Int?, rows: Int) -> Features {
    let least = 1 / (1 + Foundation.exp(10.0))
    var columns: [FeatureColumn] = []
    for model in predictions {
      switch classes {
      case nil: columns.append(.numbers(model))
      case .some(2):
        columns.append(
          .numbers(
            (0..<rows).map { row in
              let p = min(max(model[row * 2 + 1], least), 1 - least)
              return Foundation.log(p / (1 - p))
            }))
      case .some(let count):
        for label in 0..<count {
          columns.append(.numbers((0..<rows).map { Foundation.log(max(model[$0 * count + label], least)) }))
        }
      }
    }
    return Features(names: columns.indices.map { "model\($0)" }, columns: columns, rowCount: rows)
  }
}

/// A ``Stack`` that has learned.
struct FittedStack: FittedDownstreamModel {
  let models: [any FittedDownstreamModel]
  let top: StackTop

  func predict(_ features: Features) -> [Double] {
    top.combine(models.map { $0.predict(features) }, rows: features.rowCount)
  }
}
