/// The nearest rows of a table to each of some rows.
public struct NearestNeighbours: Sendable, Equatable {
  /// The number of neighbours of each row.
  public let count: Int
  /// The rows' neighbours as indices of the table, nearest first, `[rows, count]`.
  public let indices: [Int32]
  /// Their Euclidean distances, `[rows, count]`.
  public let distances: [Double]

  /// Makes a result.
  public init(count: Int, indices: [Int32], distances: [Double]) {
    self.count = count
    self.indices = indices
    self.distances = distances
  }
}
