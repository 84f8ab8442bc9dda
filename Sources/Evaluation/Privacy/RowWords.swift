import DownstreamModels
import Foundation
import Neighbours

/// Rows as words, equal where their cells are: numbers after rounding to the column's digits, missing equal to missing.
struct RowWords {
  let words: [UInt64], width: Int, rows: Int

  init(_ tables: [Features], _ columns: [Comparison.Column]) {
    width = columns.count
    rows = tables.reduce(0) { $0 + $1.rowCount }
    var words = [UInt64](repeating: 0, count: rows * columns.count)
    var start = 0
    for table in tables {
      for (place, column) in table.columns.enumerated() {
        switch column {
        case .numbers(let numbers):
          let scale = columns[place].digits.map { pow(10, Double($0)) }
          for (row, number) in numbers.enumerated() {
            words[(start + row) * width + place] = Self.word(number, scale)
          }
        case .categories(let codes, _):
          for (row, code) in codes.enumerated() {
            words[(start + row) * width + place] = UInt64(UInt32(bitPattern: code))
          }
        }
      }
      start += table.rowCount
    }
    self.words = words
  }

  private static func word(_ number: Double, _ scale: Double?) -> UInt64 {
    guard !number.isNaN else { return .max }
    guard let scale else { return (number + 0).bitPattern }
    let rounded = (number * scale).rounded()
    return ((rounded.isFinite ? rounded : number) + 0).bitPattern
  }

  /// Which rows are equal to which, over all tables one after another.
  var distinct: DistinctRows { DistinctRows(words: words, width: width, rows: rows) }
}

extension Features {
  /// The first of each group of rows that are equal.
  func distinct(_ columns: [Comparison.Column]) -> Features {
    let first = RowWords([self], columns).distinct.first
    return first.count == rowCount ? self : rows(first.map(Int.init))
  }
}

/// The share of synthetic rows that equal a real row in all columns; its floor is the share of held-out rows that do, the
/// natural rate.
struct ExactCopies {
  let comparison: Comparison

  func run() -> Figure {
    guard comparison.real.rowCount > 0, comparison.synthetic.rowCount > 0, !comparison.columns.isEmpty else {
      return Figure(notApplicable: "a table has no rows or no columns")
    }
    let tables = [comparison.real, comparison.synthetic] + (comparison.holdout.map { [$0] } ?? [])
    let distinct = RowWords(tables, comparison.columns).distinct
    let real = comparison.real.rowCount
    // Groups are numbered by first rows and real rows come first: a group begun by one has a first row below `real`.
    func share(_ rows: Range<Int>) -> Double? {
      guard !rows.isEmpty else { return nil }
      let copies = rows.reduce(0) { $0 + (Int(distinct.first[Int(distinct.group[$1])]) < real ? 1 : 0) }
      return Double(copies) / Double(rows.count)
    }
    let synthetic = real..<real + comparison.synthetic.rowCount
    return Figure(share(synthetic)!, floor: share(synthetic.upperBound..<distinct.group.count))
  }
}
