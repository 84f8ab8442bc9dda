import Tensors

/// Predictions of models for rows that they did not learn from: each row by models of the other folds.
///
/// What a stack learns from, and what thresholds are tuned on. Of more than `maximumRows` rows a random part is taken;
/// folds are by class where there are classes.
public struct OutOfFold: Sendable {
  /// The rows.
  public let rows: [Int]
  /// Predictions for the rows, one list a model.
  public let predictions: [[Double]]

  /// Makes predictions from what is known of them.
  public init(rows: [Int], predictions: [[Double]]) {
    self.rows = rows
    self.predictions = predictions
  }

  /// Trains each model once for each fold.
  public init(
    _ models: [any DownstreamModel], _ features: Features, _ outcome: Outcome, weights: [Double]? = nil,
    folds: Int = 3, maximumRows: Int = 10_000, seed: UInt64, threads: Int
  ) throws(DownstreamError) {
    let work = OutOfFoldWork(
      features, outcome, weights: weights, folds: folds, maximumRows: maximumRows, seed: seed)
    guard work.rows.count >= 2 * folds else { throw .tooFewRows(work.rows.count, needed: 2 * folds) }
    let results = sideBySide(models.count * folds, threads: threads) { task in
      work.predictions(of: models[task / folds], fold: task % folds)
    }
    var predictions: [[Double]] = []
    for model in models.indices {
      predictions.append(try work.joined(Array(results[model * folds..<(model + 1) * folds])))
    }
    self.init(rows: work.rows, predictions: predictions)
  }
}

/// The pieces of work behind ``OutOfFold``, for those who have more to do side by side.
public struct OutOfFoldWork: Sendable {
  /// The rows that take part.
  public let rows: [Int]
  /// The number of folds.
  public let folds: Int
  private let features: Features, outcome: Outcome, weights: [Double]?
  private let fold: [Int]
  private let seed: UInt64

  /// Draws rows and folds.
  public init(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, folds: Int = 3, maximumRows: Int = 10_000,
    seed: UInt64
  ) {
    let stream = RandomStream(seed: seed).child(SeedUse.stackFolds)
    let known = (0..<outcome.rowCount).filter { outcome.isKnown($0) }
    rows = Folds.sample(maximumRows, of: known.count, stream: stream.child(0)).map { known[$0] }
    self.folds = folds
    self.seed = seed
    self.features = features.rows(rows)
    self.outcome = outcome.rows(rows)
    let chosen = rows
    self.weights = weights.map { weights in chosen.map { weights[$0] } }
    fold = self.outcome.folds(folds, stream: stream.child(1))
  }

  /// Predictions of a model for the rows of one fold, learned from the others.
  public func predictions(of model: any DownstreamModel, fold number: Int) -> Result<[Double], DownstreamError> {
    let training = fold.indices.filter { fold[$0] != number }
    let held = fold.indices.filter { fold[$0] == number }
    do throws(DownstreamError) {
      let fitted = try model.fit(
        features.rows(training), outcome.rows(training),
        weights: weights.map { weights in training.map { weights[$0] } }, seed: seed, threads: 1)
      return .success(fitted.predict(features.rows(held)))
    } catch {
      return .failure(error)
    }
  }

  /// The predictions of all folds in the order of ``rows``.
  public func joined(_ results: [Result<[Double], DownstreamError>]) throws(DownstreamError) -> [Double] {
    let width: Int
    if case .classes(_, let count) = outcome { width = count } else { width = 1 }
    var joined = [Double](repeating: 0, count: rows.count * width)
    for (number, result) in results.enumerated() {
      let predictions = try result.get()
      for (place, row) in fold.indices.filter({ fold[$0] == number }).enumerated() {
        for output in 0..<width { joined[row * width + output] = predictions[place * width + output] }
      }
    }
    return joined
  }
}
