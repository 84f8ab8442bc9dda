import Tensors

/// The rows to train on and the rows to judge by, chosen at random: a tenth judges the others, but no more than a good
/// estimate needs.
public struct HeldOutSplit: Sendable, Equatable {
  /// Indices of the rows to train on.
  public let training: [Int32]
  /// Indices of the rows to judge by.
  public let heldOut: [Int32]

  /// Splits rows.
  ///
  /// - Parameters:
  ///   - rows: the number of rows.
  ///   - most: how many are held out at most.
  public init(rows: Int, most: Int, random: RandomStream) {
    var random = random
    let order = random.permutation(rows).map { Int32($0) }
    let count = min(most, rows / 10)
    training = Array(order[count...])
    heldOut = Array(order[..<count])
  }
}
