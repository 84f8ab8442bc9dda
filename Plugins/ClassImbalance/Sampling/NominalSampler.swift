import DiffusionCore
import Neighbours
import Synchronization
import Tensors

/// SMOTE-N: SMOTE for categories. A new row takes in each column what most of a row of the class and its k nearest have, the
/// first category of several.
///
/// Rows are compared by the value difference metric: Σ over columns of (Σ over classes |p(class | x) − p(class | y)|)².
/// Of rows equally far the one that stands first in the file is nearer; with `compatible` the one that numpy's partition
/// brings forward.
///
/// Sources: N. Chawla et al., as for SMOTE, section 6.2; C. Stanfill & D. Waltz, "Toward memory-based reasoning",
/// Communications of the ACM 29, 1986.
struct NominalSampler: ClassSampler {
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws {
    if let number = features.numbers.first {
      throw BalanceError.unsuitedColumns(
        method: "smote-n",
        problem: "works on categories alone, and column '\(names[number.column])' is a number",
        cure: "--method smote-nc, or read it as a category with --kind '\(names[number.column])=category'")
    }
    guard features.hasCategories else {
      throw BalanceError.unsuitedColumns(
        method: "smote-n", problem: "needs categories, and there are none that vary", cure: "--method random")
    }
  }

  func draw(_ task: ClassTask, _ source: inout DrawSource) throws -> RowDraws {
    let count = task.settings.neighbours
    try task.requireRows(for: count, method: "smote-n")
    let columns = task.features.categories
    let metric = columns.map { DifferenceTable($0.codes, levels: $0.levels.count, classOfRow: task.classOfRow) }
    let codes = columns.map { column in task.rows.map { column.codes[$0] } }
    let nearest = Self.nearest(codes, metric, rows: task.rows.count, count: count + 1, task)
    source.restart()
    let places = source.state.integers(below: task.rows.count, count: task.count)
    var draws = RowDraws()
    draws.bases = places.map { Int32(task.rows[$0]) }
    draws.codes = codes.map { column in
      var votes: [(code: Int32, votes: Int)] = []
      return places.map { place in
        votes.removeAll(keepingCapacity: true)
        for neighbour in nearest[place * (count + 1)..<(place + 1) * (count + 1)] {
          let code = column[Int(neighbour)]
          if let known = votes.firstIndex(where: { $0.code == code }) {
            votes[known].votes += 1
          } else {
            votes.append((code, 1))
          }
        }
        return votes.max { ($0.votes, $1.code) < ($1.votes, $0.code) }!.code
      }
    }
    return draws
  }

  /// The nearest rows to each, itself among them, `[rows, count]`.
  private static func nearest(
    _ codes: [[Int32]], _ metric: [DifferenceTable], rows: Int, count: Int, _ task: ClassTask
  ) -> [Int32] {
    var indices = [Int32](repeating: 0, count: rows * count)
    let next = Atomic<Int>(0)
    indices.withUnsafeMutableBufferPointer { indices in
      nonisolated(unsafe) let indices = indices
      ThreadGang(threads: task.threads).run(task.threads) { _ in
        var sums = [Double](repeating: 0, count: rows), order = [Int32](repeating: 0, count: rows)
        while true {
          let row = next.add(1, ordering: .relaxed).oldValue
          guard row < rows else { break }
          for other in 0..<rows { sums[other] = 0 }
          for (column, table) in zip(codes, metric) { table.add(column[row], column, to: &sums) }
          if task.settings.isCompatible {
            sums.withUnsafeBufferPointer { sums in
              order.withUnsafeMutableBufferPointer { order in
                Introselect.smallest(count, of: sums.baseAddress!, size: rows, into: order.baseAddress!)
              }
            }
            for place in 0..<count { indices[row * count + place] = order[place] }
            continue
          }
          var best: [(square: Double, row: Int)] = []
          for other in 0..<rows {
            if best.count == count, sums[other] >= best[count - 1].square { continue }
            if best.count == count { best.removeLast() }
            let place = best.firstIndex { $0.square > sums[other] } ?? best.count
            best.insert((sums[other], other), at: place)
          }
          for (place, item) in best.enumerated() { indices[row * count + place] = Int32(item.row) }
        }
      }
    }
    return indices
  }

  /// How the classes share out over the categories of a column.
  struct DifferenceTable: Sendable {
    private let shares: [Double], classes: Int, levels: Int

    init(_ codes: [Int32], levels: Int, classOfRow: [Int32]) {
      classes = Int(classOfRow.max() ?? -1) + 1
      self.levels = levels
      var counts = [Double](repeating: 0, count: levels * classes)
      for (row, code) in codes.enumerated() { counts[Int(code) * classes + Int(classOfRow[row])] += 1 }
      for level in 0..<levels {
        let total = counts[level * classes..<(level + 1) * classes].reduce(0, +)
        for place in level * classes..<(level + 1) * classes where total > 0 { counts[place] /= total }
      }
      shares = counts
    }

    /// The squared difference of two categories.
    func square(_ a: Int32, _ b: Int32) -> Double {
      var sum = 0.0
      for place in 0..<classes {
        sum += (shares[Int(a) * classes + place] - shares[Int(b) * classes + place]).magnitude
      }
      return sum * sum
    }

    /// Adds what a category differs from those of all rows.
    func add(_ code: Int32, _ column: [Int32], to sums: inout [Double]) {
      let squares = (0..<Int32(levels)).map { square(code, $0) }
      for row in column.indices { sums[row] += squares[Int(column[row])] }
    }
  }
}
