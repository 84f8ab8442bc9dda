/// Keeps the nearest as scikit-learn's search of sparse rows does: all distances of a query, the smallest of them by
/// numpy's `argpartition` and `argsort`.
///
/// Where no two of the nearest are equally far, order leaves no choice, and the search leaves out what is far. Only for a query
/// with ties all distances are taken and partitioned.
struct PartitionKeeper: NeighbourKeeper {
  let search: NeighbourSearch, form: ExpandedSquares
  /// How many neighbours are wanted; the search seeks one more, where there is one, to see a tie at the end.
  let count: Int
  private var nearest: AscendingKeeper
  private let indices: UnsafeMutableBufferPointer<Int32>, squares: UnsafeMutableBufferPointer<Double>
  private var all: [Double] = [], order: [Int32] = []

  init(
    search: NeighbourSearch, form: ExpandedSquares, count: Int, indices: UnsafeMutableBufferPointer<Int32>,
    squares: UnsafeMutableBufferPointer<Double>
  ) {
    self.search = search
    self.form = form
    self.count = count
    self.indices = indices
    self.squares = squares
    nearest = AscendingKeeper(search: search, indices: indices, squares: squares)
  }

  mutating func begin(_ queries: Range<Int>) { nearest.begin(queries) }

  func farthest(_ query: Int, _ point: Int) -> Double {
    nearest.farthest(query, point) + form.slack(query)
  }

  func end(of point: Int) -> Int { search.points.rowCount }

  mutating func take(_ point: Int, _ query: Int) { nearest.keep(point, form.square(query, point), query) }

  mutating func finish(_ query: Int) {
    let first = query * search.count
    guard (first + 1..<first + search.count).contains(where: { squares[$0 - 1] == squares[$0] }) else { return }
    let size = search.points.rowCount
    if all.isEmpty {
      all = [Double](repeating: 0, count: size)
      order = [Int32](repeating: 0, count: size)
    }
    for point in 0..<size { all[point] = form.square(query, point) }
    all.withUnsafeBufferPointer { all in
      order.withUnsafeMutableBufferPointer { order in
        Introselect.smallest(count, of: all.baseAddress!, size: size, into: order.baseAddress!)
      }
    }
    for place in 0..<count {
      indices[first + place] = order[place]
      squares[first + place] = all[Int(order[place])]
    }
  }
}
