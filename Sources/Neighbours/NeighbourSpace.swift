/// Rows as points in a space of numbers and categories.
///
/// The squared distance of two points is Σ (xᵢ − yᵢ)² over their numbers, plus a weight for each category in which they
/// differ: 2 is what one-hot columns would give, the median variance m² SMOTE-NC's. No category is ever spread into
/// columns, so memory does not grow with the number of levels.
public struct NeighbourSpace: Sendable {
  /// The number of points.
  public let rowCount: Int
  /// The number of numeric and of categorical columns.
  public let numberCount: Int, codeCount: Int
  /// What a difference in each categorical column adds to the squared distance.
  public let weights: [Double]
  /// The coordinates, `[rows, numberCount]` and `[rows, codeCount]`.
  let numbers: [Double], codes: [Int32]

  /// Makes points from columns.
  ///
  /// - Parameters:
  ///   - numbers: columns of finite numbers.
  ///   - codes: columns of categories; any code will do.
  ///   - weights: one for each categorical column, 0 or more.
  /// - Precondition: all columns have `rowCount` rows, and all numbers are finite.
  public init(numbers: [[Double]], codes: [[Int32]] = [], weights: [Double] = [], rowCount: Int) {
    precondition(codes.count == weights.count, "\(codes.count) categorical columns and \(weights.count) weights")
    precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "weights of categories must be finite and not negative")
    self.rowCount = rowCount
    numberCount = numbers.count
    codeCount = codes.count
    self.weights = weights
    self.numbers = Self.interleaved(numbers, rowCount) { number in
      precondition(number.isFinite, "coordinates of neighbours must be finite")
      return number + 0  // -0 becomes 0: equal numbers have equal bits
    }
    self.codes = Self.interleaved(codes, rowCount) { $0 }
  }

  private init(numbers: [Double], codes: [Int32], like other: NeighbourSpace, rowCount: Int) {
    self.rowCount = rowCount
    numberCount = other.numberCount
    codeCount = other.codeCount
    weights = other.weights
    self.numbers = numbers
    self.codes = codes
  }

  /// The points of the given rows, in the given order.
  public func rows(_ rows: some Collection<Int>) -> NeighbourSpace {
    var someNumbers: [Double] = [], someCodes: [Int32] = []
    someNumbers.reserveCapacity(rows.count * numberCount)
    someCodes.reserveCapacity(rows.count * codeCount)
    for row in rows {
      someNumbers.append(contentsOf: numbers[row * numberCount..<(row + 1) * numberCount])
      someCodes.append(contentsOf: codes[row * codeCount..<(row + 1) * codeCount])
    }
    return NeighbourSpace(numbers: someNumbers, codes: someCodes, like: self, rowCount: rows.count)
  }

  /// The nearest of these points to each of others, which lie in the same space.
  ///
  /// Exact: products in Float32 only rule out what cannot be near by a bound on their rounding, and the rest is
  /// measured in Double from the coordinates given, so a duplicate is at 0, and ties are ties. Memory is
  /// that of the points and the result, and a few MB a thread.
  ///
  /// - Parameter count: how many; fewer where there are fewer points.
  public func nearest(to queries: NeighbourSpace, count: Int, threads: Int) -> NearestNeighbours {
    precondition(
      queries.numberCount == numberCount && queries.weights == weights, "points and queries must share a space")
    return nearest(to: queries, count: min(count, rowCount), excludingSelf: false, threads: threads)
  }

  /// The nearest of these points to each of them, but for the point itself; one that is equal counts.
  ///
  /// - Parameter count: how many; fewer where there are fewer others.
  public func nearestOthers(count: Int, threads: Int) -> NearestNeighbours {
    nearest(to: self, count: min(count, max(0, rowCount - 1)), excludingSelf: true, threads: threads)
  }

  private func nearest(to queries: NeighbourSpace, count: Int, excludingSelf: Bool, threads: Int) -> NearestNeighbours {
    guard count > 0, queries.rowCount > 0 else {
      return NearestNeighbours(count: max(0, count), indices: [], distances: [])
    }
    // Equal points are looked at once: they would tie, and each tie has to be measured in Double.
    let distinct = distinctRows()
    let distinctQueries = excludingSelf ? distinct : queries.distinctRows()
    let wanted = excludingSelf ? count + 1 : count
    let search = NeighbourSearch(
      points: rows(distinct.first.map(Int.init)), queries: queries.rows(distinctQueries.first.map(Int.init)),
      count: min(wanted, distinct.first.count))
    let found = search.run(threads: threads)
    let members = distinct.members()

    var indices = [Int32](repeating: 0, count: queries.rowCount * count)
    var distances = [Double](repeating: 0, count: queries.rowCount * count)
    let queryMembers = distinctQueries.members()
    var candidates: [(square: Double, index: Int32)] = []
    for query in 0..<distinctQueries.first.count {
      candidates.removeAll(keepingCapacity: true)
      for place in query * search.count..<(query + 1) * search.count {
        let group = Int(found.indices[place])
        for member in members.offsets[group]..<min(members.offsets[group + 1], members.offsets[group] + Int32(wanted)) {
          candidates.append((found.squares[place], members.rows[Int(member)]))
        }
      }
      candidates.sort { ($0.square, $0.index) < ($1.square, $1.index) }
      for place in queryMembers.offsets[query]..<queryMembers.offsets[query + 1] {
        let row = queryMembers.rows[Int(place)]
        var filled = 0, next = 0
        while filled < count {
          let candidate = candidates[next]
          next += 1
          if excludingSelf && candidate.index == row { continue }
          indices[Int(row) * count + filled] = candidate.index
          distances[Int(row) * count + filled] = candidate.square.squareRoot()
          filled += 1
        }
      }
    }
    return NearestNeighbours(count: count, indices: indices, distances: distances)
  }

  private func distinctRows() -> DistinctRows {
    let width = numberCount + codeCount
    var words = [UInt64](repeating: 0, count: rowCount * width)
    for row in 0..<rowCount {
      for column in 0..<numberCount { words[row * width + column] = numbers[row * numberCount + column].bitPattern }
      for column in 0..<codeCount {
        words[row * width + numberCount + column] = UInt64(UInt32(bitPattern: codes[row * codeCount + column]))
      }
    }
    return DistinctRows(words: words, width: width, rows: rowCount)
  }

  private static func interleaved<Cell, Stored>(
    _ columns: [[Cell]], _ rows: Int, _ transform: (Cell) -> Stored
  ) -> [Stored] {
    precondition(columns.allSatisfy { $0.count == rows }, "all columns of points must have \(rows) rows")
    return [Stored](unsafeUninitializedCapacity: rows * columns.count) { stored, count in
      for (place, column) in columns.enumerated() {
        for row in 0..<rows {
          (stored.baseAddress! + (row * columns.count + place)).initialize(to: transform(column[row]))
        }
      }
      count = rows * columns.count
    }
  }
}
