/// Squared distances as |x|² − 2 x·y + |y|², rounded as scikit-learn rounds them.
///
/// Of points far from the origin much of their precision is lost, and points that lie equally far come apart by the
/// rounding: whoever wants scikit-learn's neighbours needs its rounding too. Of a table with categories it compares
/// sparse rows, product by product; of one without, dense rows by a product of BLAS, whose sums are fused
/// (multiply and add round once).
struct ExpandedSquares: Sendable {
  private let points: NeighbourSpace, queries: NeighbourSpace
  private let pointNorms: [Double], queryNorms: [Double]
  /// What stands for a level in the sparse rows; nil for dense ones.
  private let level: Double?
  private let error: Double, greatest: Double

  init(points: NeighbourSpace, queries: NeighbourSpace, level: Double?) {
    self.points = points
    self.queries = queries
    self.level = level
    pointNorms = Self.norms(points, level)
    queryNorms = Self.norms(queries, level)
    error = 0x1p-52 * Double(points.numberCount + points.codeCount + 8) * 2
    greatest = pointNorms.max() ?? 0
  }

  /// How far a square can be from the true one.
  func slack(_ query: Int) -> Double { error * (queryNorms[query] + greatest) }

  /// The square for a query and a point, never below 0.
  func square(_ query: Int, _ point: Int) -> Double {
    let width = points.numberCount, first = query * width, second = point * width
    var middle = 0.0
    points.numbers.withUnsafeBufferPointer { y in
      queries.numbers.withUnsafeBufferPointer { x in
        if level == nil {
          for column in 0..<width { middle.addProduct(x[first + column], y[second + column]) }
          middle *= -2
        } else {
          for column in 0..<width { middle += -2 * x[first + column] * y[second + column] }
        }
      }
    }
    if let level {
      let width = points.codeCount, first = query * width, second = point * width
      let same = -2 * level * level
      points.codes.withUnsafeBufferPointer { y in
        queries.codes.withUnsafeBufferPointer { x in
          for column in 0..<width where x[first + column] == y[second + column] { middle += same }
        }
      }
    }
    return max(0, queryNorms[query] + middle + pointNorms[point])
  }

  private static func norms(_ space: NeighbourSpace, _ level: Double?) -> [Double] {
    let width = space.numberCount
    return (0..<space.rowCount).map { row in
      var norm = 0.0
      for column in row * width..<(row + 1) * width {
        let number = space.numbers[column]
        if level == nil { norm.addProduct(number, number) } else { norm += number * number }
      }
      if let level {
        for _ in 0..<space.codeCount { norm += level * level }
      }
      return norm
    }
  }
}
