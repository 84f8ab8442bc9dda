import Tensors

/// Leaves out features one after another, the one that boosted trees gain least from first, and says what each costs.
///
/// Source: I. Guyon et al., "Gene selection for cancer classification using support vector machines" (recursive feature
/// elimination), Machine Learning 46, 2002, with the gain of boosted trees as the measure; what may go is decided by the
/// one-standard-error rule of Breiman et al., "Classification and regression trees", 1984.
///
/// Bounded in time: a random part of `maximumRows` rows, `folds` folds, small boosted trees, and at most `maximumRounds`
/// rounds: of many features several go in each.
public struct BackwardElimination: Sendable {
  /// The model that is trained again and again.
  public var model = GradientBoosting(trees: 30, depth: 4, learningRate: 0.3, bins: 64)
  /// The bounds on the work.
  public var maximumRows = 5_000, folds = 3, maximumRounds = 24

  /// Makes the search with its usual bounds.
  public init() {}

  /// What was found.
  public struct Findings: Sendable, Equatable {
    /// The cross-validated loss with all features: log-loss in nats, or mean squared error over the variance.
    public var lossWithAll: Double
    /// The features in the order in which they went (all but one), each with the loss once it was gone.
    public var steps: [(column: Int, loss: Double)]
    /// The least loss plus its standard error over rows.
    public var bound: Double

    /// The features of the first steps, for as long as the loss stays within the bound.
    public var canBeLeftOut: [Int] { steps.prefix { $0.loss <= bound }.map(\.column) }

    /// Equal findings have equal steps.
    public static func == (a: Findings, b: Findings) -> Bool {
      a.lossWithAll == b.lossWithAll && a.bound == b.bound
        && a.steps.elementsEqual(b.steps) { $0.column == $1.column && $0.loss == $1.loss }
    }
  }

  /// Searches, on one thread.
  /// - Throws: ``DownstreamError`` where nothing can be learned, or too little for folds.
  public func search(_ features: Features, _ outcome: Outcome, seed: UInt64) throws(DownstreamError) -> Findings {
    var set = try TrainingSet(features, outcome, weights: nil)
    guard set.rowCount >= 10 * folds else { throw .tooFewRows(set.rowCount, needed: 10 * folds) }
    let stream = RandomStream(seed: seed).child(SeedUse.selection)
    set = set.sample(maximumRows, stream: stream.child(0))
    let fold = set.target.outcome.folds(folds, stream: stream.child(1))
    var left = Array(features.columns.indices)
    var round = try evaluate(set, left, fold: fold, seed: seed)
    var findings = Findings(lossWithAll: round.loss, steps: [], bound: round.loss + round.error)
    var least = round.loss
    let atOnce = max(1, (left.count - 2 + maximumRounds) / maximumRounds)
    while left.count > 1 {
      let order = left.indices.sorted { (round.gains[$0], left[$0]) < (round.gains[$1], left[$1]) }
      let going = order.prefix(min(atOnce, left.count - 1)).map { left[$0] }
      left.removeAll { going.contains($0) }
      round = try evaluate(set, left, fold: fold, seed: seed)
      findings.steps += going.map { ($0, round.loss) }
      if round.loss < least {
        least = round.loss
        findings.bound = round.loss + round.error
      }
    }
    return findings
  }

  private func evaluate(
    _ set: TrainingSet, _ columns: [Int], fold: [Int], seed: UInt64
  ) throws(DownstreamError) -> (loss: Double, error: Double, gains: [Double]) {
    let names = columns.map { set.features.names[$0] }
    let cells = columns.map { set.features.columns[$0] }
    var narrow = set
    narrow.features = Features(names: names, columns: cells, rowCount: set.rowCount)
    var losses: [Double] = []
    var gains = [Double](repeating: 0, count: columns.count)
    for number in 0..<folds {
      let trees = try model.grow(narrow.rows(fold.indices.filter { fold[$0] != number }), seed: seed)
      losses += narrow.rows(fold.indices.filter { fold[$0] == number }).losses(of: trees)
      for (column, gain) in trees.totalGains().enumerated() { gains[column] += gain }
    }
    let count = Double(losses.count)
    let mean = losses.reduce(0, +) / count
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return (mean, (variance / count).squareRoot(), gains)
  }
}
