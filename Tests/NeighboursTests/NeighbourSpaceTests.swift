import Neighbours
import Tensors
import Testing

/// Every neighbour by measuring every pair in Double, sorted by distance and index.
private func bruteForce(
  _ points: [[Double]], _ codes: [[Int32]], _ weights: [Double], to queries: ([[Double]], [[Int32]])?, count: Int
) -> NearestNeighbours {
  let others = queries ?? (points, codes)
  let rows = points.first?.count ?? codes.first?.count ?? 0
  let queryRows = others.0.first?.count ?? others.1.first?.count ?? 0
  let kept = min(count, queries == nil ? rows - 1 : rows)
  var indices: [Int32] = [], distances: [Double] = []
  for query in 0..<queryRows {
    var all: [(Double, Int32)] = []
    for row in 0..<rows where queries != nil || row != query {
      var square = 0.0
      for column in points.indices {
        let difference = others.0[column][query] - points[column][row]
        square += difference * difference
      }
      for column in codes.indices where codes[column][row] != others.1[column][query] { square += weights[column] }
      all.append((square, Int32(row)))
    }
    all.sort { $0 < $1 }
    for neighbour in all.prefix(kept) {
      indices.append(neighbour.1)
      distances.append(neighbour.0.squareRoot())
    }
  }
  return NearestNeighbours(count: kept, indices: indices, distances: distances)
}

@Suite struct NeighbourSpaceTests {
  struct Shape: Sendable {
    var rows: Int, queries: Int, numbers: Int, categories: Int, count: Int
    /// Numbers lie on a grid of so many steps; 0: anywhere.
    var grid: Int
    var offset = 0.0, weights: [Double] = []
  }

  static let shapes: [Shape] = [
    Shape(rows: 300, queries: 200, numbers: 4, categories: 0, count: 3, grid: 0),
    Shape(rows: 1_300, queries: 150, numbers: 2, categories: 0, count: 5, grid: 7),
    Shape(rows: 1_300, queries: 150, numbers: 2, categories: 0, count: 5, grid: 700, offset: 1e6),
    Shape(rows: 1_200, queries: 300, numbers: 0, categories: 5, count: 4, grid: 0),
    Shape(rows: 1_200, queries: 300, numbers: 0, categories: 3, count: 4, grid: 0, weights: [0.1, 0.3, 1 / 3]),
    Shape(rows: 1_200, queries: 300, numbers: 3, categories: 4, count: 1, grid: 5),
    Shape(rows: 400, queries: 100, numbers: 110, categories: 0, count: 2, grid: 0, offset: 1e8),
    Shape(rows: 1_100, queries: 10, numbers: 3, categories: 1, count: 1_050, grid: 9),
    Shape(rows: 3, queries: 5, numbers: 1, categories: 1, count: 10, grid: 2),
    Shape(rows: 1, queries: 2, numbers: 2, categories: 0, count: 2, grid: 0),
  ]

  @Test(
    "The nearest are those that measuring every pair in Double finds, ties and duplicates included", arguments: shapes)
  func agreesWithBruteForce(shape: Shape) {
    var random = RandomStream(seed: 7, stream: UInt64(shape.rows + shape.numbers))
    func table(_ rows: Int) -> ([[Double]], [[Int32]]) {
      let numbers = (0..<shape.numbers).map { _ in
        (0..<rows).map { _ in
          shape.offset + (shape.grid > 0 ? Double(random.integer(below: shape.grid)) : Double(random.normal()))
        }
      }
      let codes = (0..<shape.categories).map { _ in (0..<rows).map { _ in Int32(random.integer(below: 3)) } }
      return (numbers, codes)
    }
    let (numbers, codes) = table(shape.rows)
    var queries = table(shape.queries)
    // Some queries are points.
    for row in stride(from: 0, to: min(shape.rows, shape.queries), by: 3) {
      for column in numbers.indices { queries.0[column][row] = numbers[column][row] }
      for column in codes.indices { queries.1[column][row] = codes[column][row] }
    }
    let weights = shape.weights.isEmpty ? codes.map { _ in 2.0 } : shape.weights
    let space = NeighbourSpace(numbers: numbers, codes: codes, weights: weights, rowCount: shape.rows)
    let other = NeighbourSpace(numbers: queries.0, codes: queries.1, weights: weights, rowCount: shape.queries)
    let nearest = bruteForce(numbers, codes, weights, to: queries, count: shape.count)
    let others = bruteForce(numbers, codes, weights, to: nil, count: shape.count)
    for threads in [1, 2] {
      #expect(space.nearest(to: other, count: shape.count, threads: threads) == nearest)
      #expect(space.nearestOthers(count: shape.count, threads: threads) == others)
    }
  }

  @Test("Scale and far outliers change nothing", arguments: [1e-30, 1e-6, 1.0, 1e9, 1e120])
  func scales(scale: Double) {
    var random = RandomStream(seed: 3)
    var numbers = (0..<3).map { _ in (0..<600).map { _ in Double(random.normal()) * scale } }
    numbers[1][17] = 1e7 * scale
    let space = NeighbourSpace(numbers: numbers, rowCount: 600)
    #expect(space.nearestOthers(count: 3, threads: 2) == bruteForce(numbers, [], [], to: nil, count: 3))
  }

  @Test("Points that are all equal are at 0 from each other, themselves left out by index")
  func allEqual() {
    let space = NeighbourSpace(numbers: [[Double](repeating: 0.1, count: 3_000)], rowCount: 3_000)
    let found = space.nearestOthers(count: 2, threads: 2)
    #expect(found.distances.allSatisfy { $0 == 0 })
    #expect(Array(found.indices.prefix(6)) == [1, 2, 0, 2, 0, 1])
    #expect(Array(found.indices.suffix(2)) == [0, 1])
  }

  @Test("Negative zero is zero, a space without columns is a point, and no points give no neighbours")
  func corners() {
    let zeros = NeighbourSpace(numbers: [[0.0, -0.0]], rowCount: 2)
    #expect(zeros.nearestOthers(count: 1, threads: 1).distances == [0, 0])
    let nothing = NeighbourSpace(numbers: [], rowCount: 3)
    #expect(nothing.nearestOthers(count: 1, threads: 1).indices == [1, 0, 0])
    let empty = NeighbourSpace(numbers: [[]], rowCount: 0)
    #expect(empty.nearestOthers(count: 1, threads: 1).indices.isEmpty)
    #expect(empty.nearest(to: zeros, count: 1, threads: 1).count == 0)
    let one = NeighbourSpace(numbers: [[4]], rowCount: 1)
    #expect(one.nearestOthers(count: 1, threads: 1).count == 0)
  }
}

@Suite struct DistinctRowsTests {
  @Test("Equal rows share a group, numbered by first rows")
  func groups() {
    let distinct = DistinctRows(words: [1, 2, 3, 4, 1, 2, 2, 1, 3, 4], width: 2, rows: 5)
    #expect(distinct.group == [0, 1, 0, 2, 1])
    #expect(distinct.first == [0, 1, 3])
    #expect(DistinctRows(words: [], width: 0, rows: 3).group == [0, 0, 0])
  }
}
