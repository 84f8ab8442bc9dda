import Tensors

/// A random forest: deep trees on random parts of the rows and columns, whose leaves' class shares or means are averaged.
///
/// Source: L. Breiman, "Random forests", Machine Learning 45, 2001. Each tree sees 63.2 % of the rows, drawn without
/// replacement (what a bootstrap sample holds), each split √columns of the columns (numbers: a third). Leaves are
/// shrunk towards the prior by one row's worth. At most `maximumRows` rows are drawn for the whole forest.
public struct RandomForest: DownstreamModel {
  /// The name that results give it.
  public var name: String { "random forest" }
  /// The number of trees, their depth, and the rows that a leaf must hold.
  public var trees: Int, depth: Int, minimumLeafRows: Double
  /// The most rows that are learned from; of more, a random part.
  public var maximumRows: Int

  /// Makes a model that has not learned.
  public init(trees: Int = 40, depth: Int = 10, minimumLeafRows: Double = 3, maximumRows: Int = 20_000) {
    self.trees = trees
    self.depth = depth
    self.minimumLeafRows = minimumLeafRows
    self.maximumRows = maximumRows
  }

  /// Learns; see ``DownstreamModel/fit(_:_:weights:seed:threads:)``.
  public func fit(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64, threads: Int = 1
  ) throws(DownstreamError) -> any FittedDownstreamModel {
    let set = try TrainingSet(features, outcome, weights: weights)
      .sample(maximumRows, stream: RandomStream(seed: seed).child(SeedUse.forestRows))
    let columns = Double(max(1, features.columns.count))
    let perSplit: Double
    if case .numbers = set.target { perSplit = max(1, columns / 3) } else { perSplit = columns.squareRoot() }
    return try TreeGrowth(
      kind: .means, rounds: 1, treesPerRound: trees, depth: depth, minimumLeaf: minimumLeafRows, rowShare: 0.632,
      columnShare: min(1, perSplit.rounded(.up) / columns), bins: 64
    ).grow(set, seed: seed)
  }
}
