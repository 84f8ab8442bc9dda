import CKernels
import Synchronization
import Tensors

/// The search for the nearest of points: blocks of products rule out, Double decides.
struct NeighbourSearch {
  let points: NeighbourSpace, queries: NeighbourSpace
  /// How many are sought, at most as many as there are points.
  let count: Int

  // A block of products fits into the second-level cache with its operands.
  static let queryBlock = 128
  private static let pointBlock = 1024

  /// The indices and squared distances of the nearest, `[queries, count]`, the smaller index first at ties.
  func run(threads: Int) -> (indices: [Int32], squares: [Double]) {
    run(threads: threads) { AscendingKeeper(search: self, indices: $0, squares: $1) }
  }

  /// What a way of keeping leaves as indices and squared distances of the nearest, `[queries, count]`.
  ///
  /// - Parameter makeKeeper: makes the keeper of one thread, which writes to the rows of its queries alone.
  func run<Keeper: NeighbourKeeper>(
    threads: Int,
    _ makeKeeper: @Sendable (UnsafeMutableBufferPointer<Int32>, UnsafeMutableBufferPointer<Double>) -> Keeper
  ) -> (indices: [Int32], squares: [Double]) {
    let rounding = RoundedPoints.Rounding(points: points, queries: queries)
    let table = RoundedPoints(points, rounding)
    let columns = points.codeColumns()
    let total = queries.rowCount * count
    let blocks = (queries.rowCount + Self.queryBlock - 1) / Self.queryBlock
    let workers = max(1, min(threads, blocks))
    let next = Atomic<Int>(0)
    var indices = [Int32](repeating: 0, count: total)
    var squares = [Double](repeating: .infinity, count: total)
    indices.withUnsafeMutableBufferPointer { indices in
      squares.withUnsafeMutableBufferPointer { squares in
        // Each block of queries writes to rows of its own.
        nonisolated(unsafe) let indices = indices, squares = squares
        ThreadGang(threads: workers).run(workers) { _ in
          var worker = Worker(
            search: self, rounding: rounding, table: table, columns: columns, keeper: makeKeeper(indices, squares))
          while true {
            let block = next.add(1, ordering: .relaxed).oldValue
            guard block < blocks else { break }
            let start = block * Self.queryBlock
            worker.search(start..<min(start + Self.queryBlock, queries.rowCount))
          }
        }
      }
    }
    return (indices, squares)
  }

  /// What one thread works with.
  private struct Worker<Keeper: NeighbourKeeper> {
    let search: NeighbourSearch, rounding: RoundedPoints.Rounding, table: RoundedPoints, columns: [Int32]
    var keeper: Keeper
    let product = MatrixProduct()
    var values = [Float](repeating: 0, count: queryBlock * pointBlock)
    var found = [Int32](repeating: 0, count: pointBlock)

    mutating func search(_ rows: Range<Int>) {
      // Copies: what is read while a buffer of this value is open must not be reached through it.
      let points = search.points, queries = search.queries, count = search.count, product = product
      let width = points.numberCount
      var rounded = RoundedPoints(queries.rows(rows), rounding)
      let norms = (0..<rows.count).map { row in
        rounded.numbers[row * width..<(row + 1) * width].reduce(0) { $0 + Double($1) * Double($1) }
      }
      for place in rounded.numbers.indices { rounded.numbers[place] *= -2 }
      keeper.begin(rows)
      var start = 0
      while start < points.rowCount {
        let size = min(NeighbourSearch.pointBlock, points.rowCount - start)
        if width > 0 {
          table.numbers.withUnsafeBufferPointer { b in
            table.norms.withUnsafeBufferPointer { bias in
              rounded.numbers.withUnsafeBufferPointer { a in
                values.withUnsafeMutableBufferPointer { c in
                  product.run(
                    rows: rows.count, columns: size, inner: width, a.baseAddress!,
                    timesTransposed: b.baseAddress! + start * width, bias: bias.baseAddress! + start,
                    into: c.baseAddress!)
                }
              }
            }
          }
        }
        for row in 0..<rows.count {
          let query = rows.lowerBound + row
          // At first little is ruled out: short steps bring the limit down before the long ones.
          var place = 0, length = start == 0 ? max(16, count) : size
          while place < size {
            let step = min(length, size - place, keeper.end(of: start + place) - (start + place))
            let limit = rounding.limit(square: keeper.farthest(query, start + place), norm: norms[row])
            let hits = near(row, query, block: start, place: place, step: step, stride: size, limit: limit)
            for hit in 0..<hits { keeper.take(start + place + Int(found[hit]), query) }
            place += step
            length *= 2
          }
        }
        start += size
      }
      for query in rows { keeper.finish(query) }
    }

    private mutating func near(
      _ row: Int, _ query: Int, block: Int, place: Int, step: Int, stride: Int, limit: Float
    ) -> Int {
      let points = search.points, queries = search.queries, weights = rounding.weights, width = points.codeCount
      return columns.withUnsafeBufferPointer { columns in
        queries.codes.withUnsafeBufferPointer { codes in
          values.withUnsafeBufferPointer { values in
            found.withUnsafeMutableBufferPointer { found in
              kernel_near(
                points.numberCount > 0 ? values.baseAddress! + row * stride + place : nil,
                width > 0 ? columns.baseAddress! + block + place : nil, points.rowCount,
                width > 0 ? codes.baseAddress! + query * width : nil, weights, width, limit,
                found.baseAddress!, step)
            }
          }
        }
      }
    }
  }
}

extension NeighbourSpace {
  /// The squared distance of a point to one of another table of the space: what every comparison is made by.
  func squaredDistance(_ row: Int, _ other: NeighbourSpace, _ otherRow: Int) -> Double {
    var square = 0.0
    numbers.withUnsafeBufferPointer { a in
      other.numbers.withUnsafeBufferPointer { b in
        let first = row * numberCount, second = otherRow * numberCount
        for column in 0..<numberCount {
          let difference = a[first + column] - b[second + column]
          square += difference * difference
        }
      }
    }
    let first = row * codeCount, second = otherRow * codeCount
    for column in 0..<codeCount where codes[first + column] != other.codes[second + column] {
      square += weights[column]
    }
    return square
  }

  /// The codes column by column.
  func codeColumns() -> [Int32] {
    var columns = [Int32](repeating: 0, count: codes.count)
    for row in 0..<rowCount {
      for column in 0..<codeCount { columns[column * rowCount + row] = codes[row * codeCount + column] }
    }
    return columns
  }
}
