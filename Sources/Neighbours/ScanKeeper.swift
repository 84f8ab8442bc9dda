/// Keeps the nearest as scikit-learn's search by brute force does: its squared distances |x|² − 2 x·y + |y|² with their
/// rounding, in heaps that take points in the order of their indices.
///
/// Where queries are few, scikit-learn deals chunks of 256 points to its threads, each with a heap of its own, and joins
/// the heaps: so its order of ties depends on the number of its threads, which is a parameter here.
struct ScanKeeper: NeighbourKeeper {
  let search: NeighbourSearch, form: ExpandedSquares
  let indices: UnsafeMutableBufferPointer<Int32>, squares: UnsafeMutableBufferPointer<Double>
  /// The point after the last of each thread's.
  private let ends: [Int]
  /// Heaps of the block's queries and of the threads, `[queries, threads, count]`; empty where one heap is enough.
  private var values: [Double], points: [Int32]
  private let joins: Bool
  private var first = 0
  private static let chunk = 256

  init(
    search: NeighbourSearch, form: ExpandedSquares, threads: Int, indices: UnsafeMutableBufferPointer<Int32>,
    squares: UnsafeMutableBufferPointer<Double>
  ) {
    self.search = search
    self.form = form
    self.indices = indices
    self.squares = squares
    let rows = search.points.rowCount, queries = search.queries.rowCount
    joins = rows >= queries && 4 * Self.chunk * threads >= queries
    let chunks = (rows + Self.chunk - 1) / Self.chunk
    let shares = joins ? max(1, min(chunks, threads)) : 1
    // The first threads get one chunk more where chunks do not go up.
    var end = 0
    ends = (0..<shares).map { share in
      end += chunks / shares + (share < chunks % shares ? 1 : 0)
      return min(rows, end * Self.chunk)
    }
    let size = joins ? NeighbourSearch.queryBlock * shares * search.count : 0
    values = [Double](repeating: .greatestFiniteMagnitude, count: size)
    points = [Int32](repeating: -1, count: size)
  }

  mutating func begin(_ queries: Range<Int>) {
    first = queries.lowerBound
    for place in values.indices { values[place] = .greatestFiniteMagnitude }
    for place in queries.lowerBound * search.count..<queries.upperBound * search.count {
      squares[place] = .greatestFiniteMagnitude
    }
  }

  private func share(of point: Int) -> Int { ends.firstIndex { point < $0 }! }

  private func heap(_ query: Int, _ share: Int) -> Int { ((query - first) * ends.count + share) * search.count }

  func farthest(_ query: Int, _ point: Int) -> Double {
    let value = joins ? values[heap(query, share(of: point))] : squares[query * search.count]
    return value == .greatestFiniteMagnitude ? .infinity : value + form.slack(query)
  }

  func end(of point: Int) -> Int { joins ? ends[share(of: point)] : search.points.rowCount }

  mutating func take(_ point: Int, _ query: Int) {
    let value = form.square(query, point)
    if joins {
      let place = heap(query, share(of: point))
      values.withUnsafeMutableBufferPointer { values in
        points.withUnsafeMutableBufferPointer { points in
          NeighbourHeap.push(
            value, Int32(point), values.baseAddress! + place, points.baseAddress! + place, size: search.count)
        }
      }
    } else {
      let place = query * search.count
      NeighbourHeap.push(
        value, Int32(point), squares.baseAddress! + place, indices.baseAddress! + place, size: search.count)
    }
  }

  mutating func finish(_ query: Int) {
    let place = query * search.count
    if joins {
      for kept in heap(query, 0)..<heap(query, ends.count - 1) + search.count {
        NeighbourHeap.push(
          values[kept], points[kept], squares.baseAddress! + place, indices.baseAddress! + place, size: search.count)
      }
    }
    NeighbourHeap.sort(squares.baseAddress! + place, indices.baseAddress! + place, count: search.count)
  }
}
