import DownstreamModels

/// A condition on one cell.
struct CellPredicate: Hashable {
  var column: Int
  var test: Test
  /// What the cell is compared with; 0 where it is not.
  var value: Double

  /// How a cell is compared.
  enum Test { case equal, notEqual, less, atMost, greater, atLeast, missing, known }

  func holds(_ cell: Double) -> Bool {
    switch test {
    case .equal: cell == value
    case .notEqual: !cell.isNaN && cell != value
    case .less: cell < value
    case .atMost: cell <= value
    case .greater: cell > value
    case .atLeast: cell >= value
    case .missing: cell.isNaN
    case .known: !cell.isNaN
    }
  }
}

/// The rows of a table by the values of each column, so that the rows that meet all of some predicates are found among the
/// few that meet the rarest.
struct PredicateIndex {
  let rowCount: Int
  /// The cells by column: numbers, or codes; missing is NaN.
  let cells: [[Double]]
  /// The rows that are not missing in order of their cells, and these cells; the rows that are.
  private let order: [[Int32]], sorted: [[Double]], missing: [[Int32]]

  init(_ table: Features, _ columns: [Comparison.Column]) {
    rowCount = table.rowCount
    cells = zip(table.columns, columns).map { column, known in
      switch column {
      case .numbers(let numbers): numbers
      case .categories(let codes, _): codes.map { $0 < 0 || $0 == known.missingLevel ? .nan : Double($0) }
      }
    }
    var order: [[Int32]] = [], sorted: [[Double]] = [], missing: [[Int32]] = []
    for column in cells {
      let pairs = column.indices.filter { !column[$0].isNaN }.map { (column[$0], Int32($0)) }.sorted { $0 < $1 }
      order.append(pairs.map(\.1))
      sorted.append(pairs.map(\.0))
      missing.append(column.indices.filter { column[$0].isNaN }.map { Int32($0) })
    }
    self.order = order
    self.sorted = sorted
    self.missing = missing
  }

  /// The values of a column in order, without the missing ones.
  func values(_ column: Int) -> [Double] { sorted[column] }

  /// How many cells of a column are missing.
  func missingCount(_ column: Int) -> Int { missing[column].count }

  /// The first rows that meet all predicates, at most a number, in no order that means anything.
  ///
  /// - Parameter work: goes up by the rows that were looked at.
  func matches(_ predicates: [CellPredicate], atMost limit: Int, _ work: inout Int) -> [Int32] {
    var rarest: (column: Int, range: Range<Int>, place: Int)?
    var absent: [Int32]?, absentPlace = 0, least = rowCount + 1
    for (place, predicate) in predicates.enumerated() {
      let column = predicate.column
      let range: Range<Int>
      switch predicate.test {
      case .equal: range = bound(column, predicate.value)..<bound(column, predicate.value, above: true)
      case .less: range = 0..<bound(column, predicate.value)
      case .atMost: range = 0..<bound(column, predicate.value, above: true)
      case .greater: range = bound(column, predicate.value, above: true)..<sorted[column].count
      case .atLeast: range = bound(column, predicate.value)..<sorted[column].count
      case .known: range = 0..<sorted[column].count
      // All that are known are looked at, those that are equal in vain.
      case .notEqual: range = 0..<sorted[column].count
      case .missing:
        if missing[column].count < least {
          absent = missing[column]
          absentPlace = place
          least = missing[column].count
          rarest = nil
        }
        continue
      }
      if range.count < least {
        rarest = (column, range, place)
        least = range.count
        absent = nil
      }
    }
    var found: [Int32] = []
    func look(_ row: Int32, _ checked: Int?) -> Bool {
      work += 1
      for (place, predicate) in predicates.enumerated() where place != checked {
        if !predicate.holds(cells[predicate.column][Int(row)]) { return true }
      }
      found.append(row)
      return found.count < limit
    }
    if let absent {
      for row in absent { guard look(row, absentPlace) else { break } }
    } else if let rarest {
      let checked = predicates[rarest.place].test == .notEqual ? nil : rarest.place
      for place in rarest.range { guard look(order[rarest.column][place], checked) else { break } }
    }
    return found
  }

  /// The first place in a column's order whose value is not below, or is above, a value.
  private func bound(_ column: Int, _ value: Double, above: Bool = false) -> Int {
    let values = sorted[column]
    var low = 0, high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value || (above && values[middle] == value) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
