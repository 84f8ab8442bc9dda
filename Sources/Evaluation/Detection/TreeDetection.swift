import DownstreamModels
import Tensors

/// Whether boosted trees can tell synthetic rows from real ones, and by which columns: area under the curve, ½ = they
/// cannot, 1 = always. Far stricter than ``LogisticDetection``: trees see joint distributions.
///
/// 75 trees of depth 6, learning rate .2, numbers in 64 bins (XGBoost, `hist`), in 5 stratified folds (on tables between .50
/// and .63 within .008 of twice as many trees of half the rate and 256 bins, in half of the time); the curve is that of all rows, each
/// scored by trees that did not learn from it. At most 20,000 rows a side, and as many of each, are drawn.
///
/// Source: D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017.
public struct TreeDetection: Sendable, Equatable {
  /// The area under the curve.
  public var auc: Double
  /// The share of each column in the mean |Shapley value| over held-out rows, in the order of the columns: by what trees
  /// tell the sides apart. Empty where it was not asked for. They sum to 1, or are all 0 where no tree has a split.
  public var shares: [Double]

  /// The most rows of each side.
  public static let maximumRows = 20_000
  /// The most rows of each side of a floor.
  public static let maximumFloorRows = 5_000
  /// The held-out rows of each fold that are explained: the time of exact Shapley values is that of half a model for
  /// a hundred rows.
  public static let explainedRows = 40

  /// Measures. The same for a seed whatever the number of threads.
  ///
  /// - Parameters:
  ///   - explaining: Whether to find the columns' shares.
  /// - Throws: `DownstreamError.tooFewRows` below 10 rows a side.
  public static func measure(
    _ comparison: Comparison, explaining: Bool = true, seed: UInt64, threads: Int
  ) throws(DownstreamError) -> TreeDetection {
    try measure([comparison], explaining: [explaining], seed: seed, threads: threads)[0]
  }

  /// Measures a comparison and, after it, its floors (real held-out rows as if they were synthetic), side by side:
  /// threads then always have work.
  ///
  /// Rows of one distribution cannot be told apart however many there are, so floors have to do with
  /// ``maximumFloorRows`` a side.
  public static func measure(
    _ comparisons: [Comparison], explaining: [Bool], seed: UInt64, threads: Int
  ) throws(DownstreamError) -> [TreeDetection] {
    precondition(comparisons.count == explaining.count, "each comparison is explained or not")
    let folds = 5
    var sides: [BothSides] = []
    for (place, comparison) in comparisons.enumerated() {
      let limit = place == 0 ? maximumRows : maximumFloorRows
      sides.append(
        try BothSides(comparison, limit: limit, folds: folds, seed: seed, stream: StreamUse.trees))
    }
    let all = sides
    let results = sideBySide(sides.count * folds, threads: threads) { task in
      Result { () throws(DownstreamError) in
        try FoldScores(all[task / folds], fold: task % folds, explaining: explaining[task / folds], seed: seed)
      }
    }
    var detections: [TreeDetection] = []
    for (place, side) in sides.enumerated() {
      var scores = [Double](repeating: 0, count: side.labels.count)
      var contributions = [Double](repeating: 0, count: side.features.columns.count)
      for result in results[place * folds..<(place + 1) * folds] {
        let fold = try result.get()
        for (row, score) in zip(fold.rows, fold.scores) { scores[row] = score }
        for (column, contribution) in fold.contributions.enumerated() { contributions[column] += contribution }
      }
      let sum = contributions.reduce(0, +)
      detections.append(
        TreeDetection(
          auc: Metrics.rocAUC(scores, positive: side.labels.map { $0 == 1 }) ?? 0.5,
          shares: explaining[place] ? contributions.map { sum > 0 ? $0 / sum : 0 } : []))
    }
    return detections
  }
}

/// The rows of one fold, scored and explained by trees that learned from the others.
private struct FoldScores: Sendable {
  let rows: [Int]
  let scores: [Double]
  let contributions: [Double]

  init(_ sides: BothSides, fold: Int, explaining: Bool, seed: UInt64) throws(DownstreamError) {
    let training = sides.rows(outsideFold: fold)
    rows = sides.rows(inFold: fold)
    let trees = try GradientBoosting(trees: 75, learningRate: 0.2, bins: 64).grow(
      sides.features.rows(training), .classes(training.map { sides.labels[$0] }, count: 2), seed: seed)
    let held = sides.features.rows(rows)
    let probabilities = trees.predict(held)
    scores = rows.indices.map { probabilities[$0 * 2 + 1] }
    if explaining {
      let stream = RandomStream(seed: seed).child(StreamUse.explained).child(UInt64(fold))
      let some = Folds.sample(TreeDetection.explainedRows, of: rows.count, stream: stream)
      contributions = trees.meanContributions(held.rows(some))
    } else {
      contributions = []
    }
  }
}
