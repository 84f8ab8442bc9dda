import ChainedImputation
import DiffusionCore
import Foundation
import Tables
import Tensors

/// Small tables by formula, with holes.
enum ExampleTables {
  /// Numbers on a grid, whole numbers, a category that follows from a number, a date and an identifier; a quarter of the
  /// modelled cells is missing.
  static func mixed(rows: Int = 300, seed: UInt64 = 1, share: Double = 0.25) -> (
    table: Table, truth: Table, schema: Schema
  ) {
    var random = RandomStream(seed: seed)
    var x: [Double] = [], y: [Double] = [], n: [Double] = [], day: [Double] = [], c: [Int32] = []
    for _ in 0..<rows {
      let a = Double(random.normal())
      x.append((a * 4).rounded() / 4)
      y.append(((2 * a + 0.1 * Double(random.normal())) * 100).rounded() / 100)
      n.append(max(0, (3 + 2 * a).rounded()))
      day.append((20_000 + 30 * a).rounded())
      c.append(a < -0.5 ? 0 : a < 0.5 ? 1 : 2)
    }
    let levels = ["low", "middle", "high"]
    let truth = Table(columns: [
      Column(name: "id", values: .texts((0..<rows).map { "r\($0)" })),
      Column(name: "x", values: .numbers(x)), Column(name: "y", values: .numbers(y)),
      Column(name: "n", values: .numbers(n)), Column(name: "day", values: .numbers(day)),
      Column(name: "c", values: .categories(indices: c, levels: levels)),
    ])
    var table = truth
    for column in 1..<6 {
      switch table.columns[column].values {
      case .numbers(var numbers):
        for row in 0..<rows where random.uniformDouble() < share { numbers[row] = .nan }
        table.columns[column].values = .numbers(numbers)
      case .categories(var indices, let levels):
        for row in 0..<rows where random.uniformDouble() < share { indices[row] = -1 }
        table.columns[column].values = .categories(indices: indices, levels: levels)
      case .texts: break
      }
    }
    let schema = Schema(columns: [
      ColumnSchema(name: "id", kind: .text), ColumnSchema(name: "x", kind: .decimal(digits: 2)),
      ColumnSchema(name: "y", kind: .decimal(digits: 2)), ColumnSchema(name: "n", kind: .integer),
      ColumnSchema(name: "day", kind: .date(format: try! DateFormat(pattern: "yyyy-MM-dd"))),
      ColumnSchema(name: "c", kind: .category, levels: levels),
    ])
    return (table, truth, schema)
  }

  /// Columns of numbers.
  static func numbers(_ columns: [(name: String, values: [Double])]) -> (table: Table, schema: Schema) {
    (
      Table(columns: columns.map { Column(name: $0.name, values: .numbers($0.values)) }),
      Schema(columns: columns.map { ColumnSchema(name: $0.name, kind: .decimal(digits: 4)) })
    )
  }

  /// The mean distance of a filled column of numbers from the truth, over its gaps.
  static func error(_ name: String, _ filled: Table, _ given: Table, _ truth: Table) -> Double {
    guard case .numbers(let a)? = filled[name]?.values, case .numbers(let b)? = truth[name]?.values,
      let given = given[name]
    else { return .infinity }
    let gaps = a.indices.filter { given.isMissing($0) }
    return gaps.reduce(0) { $0 + abs(a[$1] - b[$1]) } / Double(gaps.count)
  }
}
