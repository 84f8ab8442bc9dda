import DownstreamModels
import Tensors

/// The models that learn the rows of each arm.
///
/// The stack learns whom to trust from the real rows that thresholds are tuned on, not from predictions out of fold: an
/// arm's copies and near copies in other folds would flatter some models. So its probabilities are those of the real
/// shares of the classes whatever the arm, and need no correction. Its own threshold is tuned out of fold on these rows.
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
      let rows = arms[tasks[place].arm], model = models[tasks[place].model]
      let learner = rows.loss.flatMap { model.focused(by: $0) } ?? model
      guard
        let fitted = try? learner.fit(
          rows.learning, .classes(rows.classes, count: classes), weights: rows.weights, seed: seed, threads: 1)
      else { return nil }
      return (fitted.predict(rows.tuning), fitted.predict(rows.testing))
    }
    var predictions = [[Predictions?]](repeating: Array(repeating: nil, count: models.count), count: arms.count)
    for (task, result) in zip(tasks, results) { predictions[task.arm][task.model] = result }
    return predictions.map { $0 + [stacked($0.compactMap { $0 }, tuningClasses, classes: classes, seed: seed)] }
  }

  /// The stack's predictions from those of its models; nil where it cannot learn.
  static func stacked(
    _ models: [Predictions], _ observed: [Int], classes: Int, seed: UInt64
  ) -> Predictions? {
    let all = Array(observed.indices)
    func top(_ rows: [Int]) -> StackTop? {
      let made = models.map { part($0.tuning, rows, classes: classes) }
      return try? StackTop(
        OutOfFold(rows: rows, predictions: made), .classes(observed, count: classes), seed: seed)
    }
    guard !models.isEmpty, let whole = top(all) else { return nil }
    let fold = Folds.stratified(
      observed, classes: classes, folds: topFolds, stream: RandomStream(seed: seed).child(StreamUse.stackThreshold))
    var tuning = [Double](repeating: 0, count: observed.count * classes)
    for number in 0..<topFolds {
      let held = all.filter { fold[$0] == number }
      // Without a row of every class the top that saw all rows has to do.
      let own = top(all.filter { fold[$0] != number }) ?? whole
      let made = own.combine(models.map { part($0.tuning, held, classes: classes) }, rows: held.count)
      for (place, row) in held.enumerated() {
        for label in 0..<classes { tuning[row * classes + label] = made[place * classes + label] }
      }
    }
    return (tuning, whole.combine(models.map(\.testing), rows: models[0].testing.count / classes))
  }

  private static let topFolds = 5

  /// Some rows of predictions, `[rows, classes]`.
  private static func part(_ predictions: [Double], _ rows: [Int], classes: Int) -> [Double] {
    rows.flatMap { predictions[$0 * classes..<($0 + 1) * classes] }
  }
}
