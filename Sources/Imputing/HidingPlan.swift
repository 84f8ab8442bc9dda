import Tables
import Tensors

/// How many cells a self-check hides.
public struct HidingPlan: Sendable {
  /// The share of the observed cells that is hidden.
  public var share = 0.05
  /// The most cells that are hidden in all.
  public var most = 20_000
  /// Cells of a column that are hidden where there are enough, so that its figure means something.
  public var leastInColumn = 20
  /// The most of a column that is hidden.
  public var mostOfColumn = 0.2

  /// The usual amounts.
  public init() {}

  /// Columns with fewer values than this take no part.
  static let leastValues = 5

  /// Chooses cells of a table of independent rows.
  ///
  /// A row takes over the gaps of another row that has some, so that columns which miss together are hidden together;
  /// a column that misses nothing, or seldom, gives cells at random. A row keeps at least one value.
  ///
  /// - Parameters:
  ///   - table: the rows.
  ///   - columns: the places of the columns that are to be filled.
  ///   - random: a stream of this choice alone.
  /// - Returns: nil where there are too few values to hide any.
  public func cells(of table: Table, columns: [Int], random: RandomStream) -> HiddenCells? {
    var random = random
    var quota = Quota(self, table, columns)
    guard quota.total > 0 else { return nil }
    var present = table.rowValueCounts()
    let donors = table.gapPatterns(of: columns)
    var hidden = [Int: [Int]](uniqueKeysWithValues: columns.map { ($0, []) })
    func hide(_ row: Int, _ column: Int) -> Bool {
      guard present[row] > 1, !table.columns[column].isMissing(row), quota.take(column) else { return false }
      present[row] -= 1
      hidden[column]?.append(row)
      return true
    }
    let order = random.permutation(table.rowCount)
    var taken = Set<Cell>()
    if !donors.isEmpty {
      for row in order where !quota.isMet {
        for column in donors[random.integer(below: donors.count)] where hide(row, column) {
          taken.insert(Cell(row, column))
        }
      }
    }
    // What the data miss seldom or never is topped up at random.
    for column in columns {
      for row in random.permutation(table.rowCount) {
        guard quota.lacks(column, donors.isEmpty) else { break }
        if !taken.contains(Cell(row, column)), hide(row, column) { taken.insert(Cell(row, column)) }
      }
    }
    let found = columns.compactMap { column in
      hidden[column].flatMap { $0.isEmpty ? nil : HiddenCells.InColumn(column: column, rows: $0.sorted()) }
    }
    guard !found.isEmpty else { return nil }
    return HiddenCells(
      columns: found, hiding: donors.isEmpty ? .random : .patterns, observed: quota.observed)
  }

  struct Cell: Hashable {
    let row: Int, column: Int
    init(_ row: Int, _ column: Int) { (self.row, self.column) = (row, column) }
  }

  /// What may still be hidden.
  struct Quota {
    /// Values in all columns that take part.
    private(set) var observed = 0
    /// Cells that are to be hidden in all.
    private(set) var total = 0
    private var left: [Int: Int] = [:], hidden: [Int: Int] = [:], least: [Int: Int] = [:], even: [Int: Int] = [:]
    private var taken = 0

    init(_ plan: HidingPlan, _ table: Table, _ columns: [Int]) {
      for column in columns {
        let values = table.rowCount - table.columns[column].missingCount
        guard values >= HidingPlan.leastValues else { continue }
        observed += values
        let most = max(1, Int(Double(values) * plan.mostOfColumn))
        left[column] = most
        least[column] = min(plan.leastInColumn, most)
        even[column] = max(min(plan.leastInColumn, most), Int(Double(values) * plan.share))
      }
      total = min(plan.most, max(Int(Double(observed) * plan.share), least.values.reduce(0, +)))
      // Where each column has its share, all of them together keep to the limit.
      let sum = even.values.reduce(0, +)
      if sum > plan.most {
        for (column, count) in even { even[column] = max(1, count * plan.most / sum) }
      }
    }

    var isMet: Bool { taken >= total }

    mutating func take(_ column: Int) -> Bool {
      guard let rest = left[column], rest > 0 else { return false }
      left[column] = rest - 1
      hidden[column, default: 0] += 1
      taken += 1
      return true
    }

    /// Whether a column needs more cells: up to its least number, or to an even share where there is no pattern.
    func lacks(_ column: Int, _ isEven: Bool) -> Bool {
      hidden[column, default: 0] < (isEven ? even[column] : least[column]) ?? 0
    }
  }
}

extension Table {
  /// How many values each row has.
  func rowValueCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: rowCount)
    for column in columns {
      for row in counts.indices where !column.isMissing(row) { counts[row] += 1 }
    }
    return counts
  }

  /// For each row with gaps in some columns, which of them miss.
  func gapPatterns(of columns: [Int]) -> [[Int]] {
    (0..<rowCount).compactMap { row in
      let missing = columns.filter { self.columns[$0].isMissing(row) }
      return missing.isEmpty ? nil : missing
    }
  }
}
