import CKernels
import Synchronization
import Tensors

/// Rows of several tables, compared by Gower's distance: the sum over columns of |x − y| / range for numbers and of 0
/// or 1 for categories. Missing and missing cost nothing; missing and known cost 1.
///
/// Distances are kept in whole units of range / 2ᵏ (k is 26 for 15 columns), so that sums are exact, a column can be
/// taken out of one again, and ties are ties.
///
/// Source: J. C. Gower, "A general coefficient of similarity and some of its properties", Biometrics 27, 1971.
public struct GowerSpace: Sendable {
  /// A column of one table.
  public enum Column: Sendable {
    /// Numbers; a missing one is NaN.
    case numbers([Double])
    /// Categories; missing is a code like any other.
    case codes([Int32])
  }

  /// The cells of each table, column after column.
  let tables: [[Int32]]
  let rowCounts: [Int], numeric: [Bool]
  private let unit: Int32

  /// Makes a space of tables with the same columns; the range of a number is that over all of them.
  public init(tables: [[Column]], rowCounts: [Int]) {
    let width = tables.first?.count ?? 0
    precondition(tables.allSatisfy { $0.count == width }, "the tables of a space must have the same columns")
    var bits = 30
    while bits > 8 && width >= 1 << (30 - bits) { bits -= 1 }
    let unit = Int32(1) << Int32(bits)
    var cells = zip(tables, rowCounts).map { table, rows in
      var cells: [Int32] = []
      cells.reserveCapacity(table.count * rows)
      return cells
    }
    var numeric: [Bool] = []
    for column in 0..<width {
      var low = Double.infinity, high = -Double.infinity
      for table in tables {
        if case .numbers(let numbers) = table[column] {
          for number in numbers where number.isFinite {
            low = min(low, number)
            high = max(high, number)
          }
        }
      }
      let scale = high > low && (high - low).isFinite ? Double(unit) / (high - low) : 0
      for (table, columns) in tables.enumerated() {
        switch columns[column] {
        case .numbers(let numbers):
          cells[table] += numbers.map { $0.isFinite ? Int32(min(Double(unit), (($0 - low) * scale).rounded())) : -1 }
          if table == 0 { numeric.append(true) }
        case .codes(let codes):
          cells[table] += codes
          if table == 0 { numeric.append(false) }
        }
      }
    }
    precondition(zip(cells, rowCounts).allSatisfy { $0.count == width * $1 }, "columns must be as long as their table")
    self.numeric = numeric
    self.tables = cells
    self.rowCounts = rowCounts
    self.unit = unit
  }

  /// The nearest row of one table to each of some rows of another, by the given columns.
  ///
  /// Of several at the same distance one is taken by a random place of beginning, drawn for each row.
  public func nearest(
    among other: Int, to rows: [Int], of table: Int, by columns: [Int], random: RandomStream, threads: Int
  ) -> [Int32] {
    search(among: other, to: rows, of: table, by: columns, leavingOut: [], random: random, threads: threads)[0]
  }

  /// The nearest row by all columns but one, for each column that is left out in turn: `[columns][rows]`.
  public func nearest(
    among other: Int, to rows: [Int], of table: Int, leavingOutEach columns: [Int], random: RandomStream, threads: Int
  ) -> [[Int32]] {
    guard !columns.isEmpty else { return [] }
    return search(
      among: other, to: rows, of: table, by: Array(numeric.indices), leavingOut: columns, random: random,
      threads: threads)
  }

  private func search(
    among other: Int, to rows: [Int], of table: Int, by columns: [Int], leavingOut: [Int], random: RandomStream,
    threads: Int
  ) -> [[Int32]] {
    precondition(rowCounts[other] > 0, "there are no rows to search")
    let size = rowCounts[other]
    let removed = leavingOut.map { left in columns.firstIndex(of: left) }
    let results = max(1, leavingOut.count)
    let workers = max(1, min(threads, rows.count))
    let next = Atomic<Int>(0)
    var found = [Int32](repeating: 0, count: results * rows.count)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      ThreadGang(threads: workers).run(workers) { _ in
        var block = Block(columns: columns.count)
        while true {
          let item = next.add(1, ordering: .relaxed).oldValue
          guard item < rows.count else { break }
          var stream = random.child(UInt64(item))
          let offset = stream.integer(below: size)
          var least = [Int32](repeating: .max, count: results)
          // From the place of beginning to the end, then from the start to that place.
          for range in [offset..<size, 0..<offset] {
            var start = range.lowerBound
            while start < range.upperBound {
              let count = min(Block.rows, range.upperBound - start)
              block.measure(self, among: other, rows[item], of: table, columns, start: start, count: count)
              for result in 0..<results {
                let without = removed.isEmpty ? nil : removed[result]
                let place = block.least(without: without, count: count, &least[result])
                if place >= 0 { found[result * rows.count + item] = Int32(start) + place }
              }
              start += count
            }
          }
        }
      }
    }
    return (0..<results).map { Array(found[$0 * rows.count..<($0 + 1) * rows.count]) }
  }

  /// The distances to some rows that lie together, and what each column adds to them.
  struct Block {
    static let rows = 1024
    private var costs: [Int32]
    private(set) var sums = [Int32](repeating: 0, count: rows)

    init(columns: Int) { costs = [Int32](repeating: 0, count: columns * Self.rows) }

    mutating func measure(
      _ space: GowerSpace, among other: Int, _ row: Int, of table: Int, _ columns: [Int], start: Int, count: Int
    ) {
      let size = space.rowCounts[other], targets = space.rowCounts[table], unit = space.unit
      space.tables[other].withUnsafeBufferPointer { candidates in
        sums.withUnsafeMutableBufferPointer { sums in
          sums.update(repeating: 0)
          costs.withUnsafeMutableBufferPointer { costs in
            for (place, column) in columns.enumerated() {
              let cost = costs.baseAddress! + place * Self.rows,
                values = candidates.baseAddress! + column * size + start
              let query = space.tables[table][column * targets + row]
              if space.numeric[column] {
                kernel_gower_number(values, query, unit, cost, sums.baseAddress!, count)
              } else {
                kernel_gower_code(values, query, unit, cost, sums.baseAddress!, count)
              }
            }
          }
        }
      }
    }

    func least(without column: Int?, count: Int, _ least: inout Int32) -> Int32 {
      sums.withUnsafeBufferPointer { sums in
        costs.withUnsafeBufferPointer { costs in
          kernel_least(sums.baseAddress!, column.map { costs.baseAddress! + $0 * Self.rows }, count, &least)
        }
      }
    }
  }
}
