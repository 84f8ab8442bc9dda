import DownstreamModels

/// The models that learn the rows of each arm.
///
/// The stack learns whom to trust from the real rows that thresholds are tuned on, not from predictions out of fold: an
/// arm's copies and near copies in other folds would flatter some models. So its probabilities are those of the real
/// shares of the classes whatever the arm, and need no correction.
struct BalancingPanel: Sendable {
  static let models: [any DownstreamModel] = [LinearModel(.ridge), RandomForest(trees: 100), GradientBoosting()]
  static let stack = "stack"
  /// As results call them: a linear model of classes is a logistic regression.
  static let names = ["logistic regression", "random forest", "gradient boosting", stack]

  /// Probabilities of the rows that thresholds are tuned on, and of those that are tested on; nil where a model could
  /// not be learned.
  typealias Predictions = (tuning: [Double], testing: [Double])

  /// The predictions of each model for each arm, `[arms][models]`.
  static func predictions(
    _ arms: [BalancedRows], classes: Int, tuningClasses: [Int], seed: UInt64, threads: Int
  ) -> [[Predictions?]] {
    // The dearest first, so that threads end together.
    let tasks = models.indices.reversed().flatMap { model in arms.indices.map { (model: model, arm: $0) } }
    let results = sideBySide(tasks.count, threads: threads) { place -> Predictions? in
      let rows = arms[tasks[place].arm]
      guard
        let fitted = try? models[tasks[place].model].fit(
          rows.learning, .classes(rows.classes, count: classes), weights: rows.weights, seed: seed, threads: 1)
      else { return nil }
      return (fitted.predict(rows.tuning), fitted.predict(rows.testing))
    }
    var predictions = [[Predictions?]](repeating: Array(repeating: nil, count: models.count), count: arms.count)
    for (task, result) in zip(tasks, results) { predictions[task.arm][task.model] = result }
    return predictions.map { $0 + [stacked($0.compactMap { $0 }, tuningClasses, classes: classes, seed: seed)] }
  }

  private static func stacked(
    _ models: [Predictions], _ observed: [Int], classes: Int, seed: UInt64
  ) -> Predictions? {
    let outOfFold = OutOfFold(rows: Array(observed.indices), predictions: models.map(\.tuning))
    guard !models.isEmpty, let top = try? StackTop(outOfFold, .classes(observed, count: classes), seed: seed) else {
      return nil
    }
    return (
      top.combine(models.map(\.tuning), rows: observed.count),
      top.combine(models.map(\.testing), rows: models[0].testing.count / classes)
    )
  }
}
