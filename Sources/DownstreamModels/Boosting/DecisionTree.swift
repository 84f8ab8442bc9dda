import Tensors

/// One tree, as deep as a fifth of the rows, held out, says is best; then grown anew on all rows. Of more than
/// `maximumRowsToChoose` rows, a random part chooses.
///
/// Source: L. Breiman et al., "Classification and regression trees", 1984. Leaves hold ten rows or more, and are shrunk
/// towards the prior by one row's worth.
public struct DecisionTree: DownstreamModel {
  /// The name that results give it.
  public var name: String { "decision tree" }
  /// The depths to choose from, ascending.
  public var depths: [Int]
  /// The rows that a leaf must hold.
  public var minimumLeafRows: Double
  /// The most rows on which the depth is chosen.
  public var maximumRowsToChoose: Int

  /// Makes a model that has not learned.
  public init(depths: [Int] = [3, 5, 7, 9], minimumLeafRows: Double = 10, maximumRowsToChoose: Int = 10_000) {
    precondition(!depths.isEmpty, "a decision tree needs a depth")
    self.depths = depths
    self.minimumLeafRows = minimumLeafRows
    self.maximumRowsToChoose = maximumRowsToChoose
  }

  /// Learns; see ``DownstreamModel/fit(_:_:weights:seed:threads:)``.
  public func fit(
    _ features: Features, _ outcome: Outcome, weights: [Double]? = nil, seed: UInt64, threads: Int = 1
  ) throws(DownstreamError) -> any FittedDownstreamModel {
    let set = try TrainingSet(features, outcome, weights: weights)
    return try growth(depth: bestDepth(set, seed: seed)).grow(set, seed: seed)
  }

  private func growth(depth: Int) -> TreeGrowth {
    TreeGrowth(kind: .means, rounds: 1, depth: depth, minimumLeaf: minimumLeafRows)
  }

  private func bestDepth(_ set: TrainingSet, seed: UInt64) throws(DownstreamError) -> Int {
    guard depths.count > 1, set.rowCount >= 50 else { return depths[0] }
    let stream = RandomStream(seed: seed).child(SeedUse.treeDepth)
    let part = set.sample(maximumRowsToChoose, stream: stream.child(0))
    let parts = part.split(holdingOut: 0.2, stream: stream.child(1))
    let training = part.rows(parts.training)
    let validation = part.rows(parts.validation)
    var best = (loss: Double.infinity, depth: depths[0])
    for depth in depths {
      let loss = try validation.loss(of: growth(depth: depth).grow(training, seed: seed))
      if loss < best.loss { best = (loss, depth) }
    }
    return best.depth
  }
}
