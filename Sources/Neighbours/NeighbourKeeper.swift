/// How a search keeps the nearest points of its queries. Points come to each query in the order of their indices; those
/// that are certainly farther than ``farthest(_:_:)`` are left out.
protocol NeighbourKeeper {
  /// A block of queries begins.
  mutating func begin(_ queries: Range<Int>)
  /// The squared distance from which on a query does not want the point any more; infinite while it wants any.
  func farthest(_ query: Int, _ point: Int) -> Double
  /// The point after the last one for which ``farthest(_:_:)`` speaks beside the given one.
  func end(of point: Int) -> Int
  /// Measures a point and keeps it where it is near.
  mutating func take(_ point: Int, _ query: Int)
  /// All points have come.
  mutating func finish(_ query: Int)
}

/// Keeps the nearest in order, the smaller index first at ties.
struct AscendingKeeper: NeighbourKeeper {
  let search: NeighbourSearch
  let indices: UnsafeMutableBufferPointer<Int32>, squares: UnsafeMutableBufferPointer<Double>
  private var first = 0
  private var seen = [Int](repeating: 0, count: NeighbourSearch.queryBlock)

  init(
    search: NeighbourSearch, indices: UnsafeMutableBufferPointer<Int32>, squares: UnsafeMutableBufferPointer<Double>
  ) {
    self.search = search
    self.indices = indices
    self.squares = squares
  }

  mutating func begin(_ queries: Range<Int>) {
    first = queries.lowerBound
    for row in seen.indices { seen[row] = 0 }
  }

  func farthest(_ query: Int, _ point: Int) -> Double {
    seen[query - first] < search.count ? .infinity : squares[(query + 1) * search.count - 1]
  }

  func end(of point: Int) -> Int { search.points.rowCount }

  mutating func take(_ point: Int, _ query: Int) {
    keep(point, search.queries.squaredDistance(query, search.points, point), query)
  }

  /// Keeps a point that was measured.
  mutating func keep(_ point: Int, _ square: Double, _ query: Int) {
    let count = search.count, best = query * count, row = query - first
    // Points come in the order of their indices, so at a tie the one that is there stays.
    guard seen[row] < count || square < squares[best + count - 1] else { return }
    if seen[row] < count { seen[row] += 1 }
    var place = best + seen[row] - 1
    while place > best && squares[place - 1] > square {
      squares[place] = squares[place - 1]
      indices[place] = indices[place - 1]
      place -= 1
    }
    squares[place] = square
    indices[place] = Int32(point)
  }

  mutating func finish(_ query: Int) {}
}
