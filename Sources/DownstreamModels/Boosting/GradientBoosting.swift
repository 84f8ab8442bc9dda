/// Gradient-boosted trees: the strongest single model on most tables.
///
/// The defaults are those of the usual judge: 200 trees of depth 6, learning rate .1, everything else as XGBoost has it.
public struct GradientBoosting: DownstreamModel {
  /// The name that results give it.
  public var name: String { "gradient boosting" }
  /// The number of trees (for each class where there are more than two), and their depth.
  public var trees: Int, depth: Int
  /// By how much each tree's step is shortened.
  public var learningRate: Double
  /// The bins that a column of numbers is cut into.
  public var bins: Int
  /// The loss of classes, where it is not the log-loss.
  public var focal: FocalLoss?

  /// Makes a model that has not learned.
  public init(trees: Int = 200, depth: Int = 6, learningRate: Double = 0.1, bins: Int = 256, focal: FocalLoss? = nil) {
    self.trees = trees
    self.depth = depth
    self.learningRate = learningRate
    self.bins = bins
    self.focal = focal
  }

  /// The model with another loss of classes.
  public func focused(by loss: FocalLoss) -> GradientBoosting? {
    var model = self
    model.focal = loss
    return model
  }

  /// Learns; see ``DownstreamModel/fit(_:_:weights:seed:threads:)``.
  public func fit(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64, threads: Int = 1
  ) throws(DownstreamError) -> any FittedDownstreamModel {
    try grow(features, outcome, weights: weights, seed: seed)
  }

  /// ``fit(_:_:weights:seed:threads:)`` for those who ask the trees for more than predictions. One thread learns
  /// (``sideBySide(_:threads:_:)``).
  public func grow(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64
  ) throws(DownstreamError) -> FittedTrees {
    try grow(try TrainingSet(features, outcome, weights: weights), seed: seed)
  }

  func grow(_ set: TrainingSet, seed: UInt64) throws(DownstreamError) -> FittedTrees {
    try TreeGrowth(
      kind: .boosting, rounds: trees, depth: depth, learningRate: learningRate, bins: bins, focal: focal
    ).grow(set, seed: seed)
  }
}
