import NeuralNetworks

/// What a model is trained on: a loss over rows, and the same on rows that training does not see.
public protocol TrainingObjective: Sendable {
  /// The number of rows to train on.
  var trainingRows: Int { get }
  /// The loss of some rows on a tape, `[1, 1]`, weighted so that a batch sums to its mean.
  ///
  /// It is called from several threads; all its randomness comes from `random`.
  func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable
  /// The mean loss of the held-out rows under the parameters of a pass; `nil` where there are none.
  func heldOutLoss(_ pass: ShardedPass) -> Double?
}

/// Part of a batch: the rows that one tape works on.
public struct TrainingBatch: Sendable {
  /// Indices of training rows.
  public let rows: ArraySlice<Int32>
  /// Where the part begins within the batch, and how large the whole batch is.
  public let offset: Int, batchSize: Int
  /// Randomness of the part's own.
  public let random: RandomStream
  /// Randomness that the whole batch shares, such as the offset of evenly spread noise levels.
  public let shared: RandomStream
}
