/// The nearest rows of a table to each of some rows.
public struct NearestNeighbours: Sendable, Equatable {
  /// The number of neighbours of each row.
  public let count: Int
  /// The rows' neighbours as indices of the table, nearest first and the smaller index first at ties, `[rows, count]`.
  public let indices: [Int32]
  /// Their Euclidean distances, `[rows, count]`.
  public let distances: [Double]

  /// Makes a result.
  public init(count: Int, indices: [Int32], distances: [Double]) {
    self.count = count
    self.indices = indices
    self.distances = distances
  }

  /// The distances to the neighbour of the given rank, 0 being the nearest, row by row.
  public func distances(rank: Int) -> [Double] {
    precondition(rank >= 0 && rank < count, "there are \(count) neighbours, none of rank \(rank)")
    return stride(from: rank, to: distances.count, by: count).map { distances[$0] }
  }
}
