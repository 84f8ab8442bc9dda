import DownstreamModels
import Foundation
import Neighbours
import Tables

/// Classes whose rows lie on straight lines between two others, as SMOTE and its kin make them.
///
/// A row counts where it lies on the line between two of its ten nearest rows of the class, within a hundredth of their
/// distance and the rounding of the columns, and at least four numbers differ: in so many dimensions chance hardly ever
/// puts it there. A table may lie on lines by nature; so a class is told where a tenth of its rows lie so, and three times as
/// many as of the others.
public struct RowsBetween {
  /// A class of which rows were probably generated.
  public struct Found: Sendable, Equatable {
    /// The class, and how many of the rows that were looked at lie between two others.
    public var label: String, between: Int, rows: Int
  }

  private static let neighbours = 10, mostAsked = 500, mostRows = 20_000, mostClasses = 20, mostColumns = 100
  private static let fewestColumns = 4, fewestRows = 20

  /// The classes of a column; none where it has too many, or the table too few numbers.
  public static func find(_ table: Table, schema: Schema, target: String, threads: Int = 1) -> [Found] {
    guard let labels = table[target]?.values.texts else { return [] }
    var columns: [[Double]] = [], steps: [Double] = []
    for column in table.columns where column.name != target && columns.count < mostColumns {
      guard case .numbers(let numbers) = column.values else { continue }
      let finite = numbers.filter(\.isFinite)
      guard let least = finite.min(), let most = finite.max(), most > least, (most - least).isFinite else { continue }
      columns.append(numbers.map { $0.isFinite ? ($0 - least) / (most - least) : 0 })
      let known = schema[column.name]
      let step: Double =
        switch known?.kind {
        case .integer: 1
        case .decimal(let digits): known?.notation.isShortest == true ? 0 : pow(10, -Double(digits))
        default: 0
        }
      steps.append(step / (most - least))
    }
    guard columns.count >= fewestColumns else { return [] }
    var classes: [String: [Int]] = [:]
    for (row, label) in labels.enumerated() {
      guard let label else { continue }
      classes[label, default: []].append(row)
      guard classes.count <= mostClasses else { return [] }
    }
    let counted = classes.sorted { $0.key < $1.key }.filter { $0.value.count >= fewestRows }.map { label, rows in
      let step = rows.count / mostRows + 1
      let own = step == 1 ? rows : stride(from: 0, to: rows.count, by: step).map { rows[$0] }
      let found = between(columns.map { column in own.map { column[$0] } }, steps, threads: threads)
      return Found(label: label, between: found.between, rows: found.asked)
    }
    guard counted.count > 1 else { return [] }
    return counted.filter { found in
      let others = counted.filter { $0.label != found.label }
      let elsewhere =
        Double(others.reduce(0) { $0 + $1.between }) / Double(max(1, others.reduce(0) { $0 + $1.rows }))
      let share = Double(found.between) / Double(found.rows)
      return share >= 0.1 && share >= 3 * elsewhere
    }
  }

  private static func between(
    _ columns: [[Double]], _ steps: [Double], threads: Int
  ) -> (between: Int, asked: Int) {
    let rows = columns[0].count
    let space = NeighbourSpace(numbers: columns, rowCount: rows)
    let asked = Array(stride(from: 0, to: rows, by: max(1, rows / mostAsked)))
    // Repeats of a row lie at no distance and on no line.
    let near = space.nearest(to: space.rows(asked), count: 2 * neighbours + 1, threads: threads)
    let width = near.indices.count / asked.count
    var count = 0
    for (place, row) in asked.enumerated() {
      let others = (0..<width).filter { near.distances[place * width + $0] > 0 }.prefix(neighbours).map {
        Int(near.indices[place * width + $0])
      }
      let directions = others.map { other in columns.map { $0[other] - $0[row] } }
      count += isBetween(directions, steps) ? 1 : 0
    }
    return (count, asked.count)
  }

  /// Whether the origin lies on the line between two of some points.
  private static func isBetween(_ points: [[Double]], _ steps: [Double]) -> Bool {
    for first in points.indices {
      for second in points.indices where second > first {
        let (a, b) = (points[first], points[second])
        var (length, along, squares, rounding, differing) = (0.0, 0.0, 0.0, 0.0, 0)
        for column in a.indices {
          let d = b[column] - a[column]
          length += d * d
          along -= a[column] * d
          squares += a[column] * a[column]
          guard d != 0 else { continue }
          differing += 1
          rounding += steps[column] * steps[column] / 4
        }
        guard differing >= fewestColumns, along > 0, along < length else { continue }
        let offset = max(0, squares - along * along / length)
        let tolerated = 1e-4 * length + rounding
        // Where rounding is coarse nothing can be told.
        if tolerated < 0.0025 * length, offset <= tolerated { return true }
      }
    }
    return false
  }
}
