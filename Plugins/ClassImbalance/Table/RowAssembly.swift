import DiffusionCore
import Foundation
import Tables

/// Makes table rows of drawn ones.
///
/// A number is rounded to the column's digits (a date to its smallest unit that is in use) and kept within the column's
/// range. It is missing where it is missing in the row that the new one begins from, so that values stay missing as
/// often as in the class; where only the other row lacks it, it is that of the first. Identifiers are made anew, texts
/// are left missing, and so is what no method draws.
struct RowAssembly {
  let table: Table, schema: Schema
  let features: FeatureTable
  let classes: ClassCounts
  /// Whether numbers are left as they were drawn.
  let isRaw: Bool

  /// The rows of all classes, one after the other, in the columns of the table.
  func rows(_ draws: [(place: Int, rows: RowDraws)], seed: UInt64) -> Table {
    let count = draws.reduce(0) { $0 + $1.rows.bases.count }
    var columns = table.columns.map { Column(name: $0.name, values: .texts([])) }
    for (place, column) in features.numbers.enumerated() {
      columns[column.column].values = .numbers(numbers(place, draws, count))
    }
    for (place, column) in features.categories.enumerated() {
      guard case .categories(let indices, let levels) = table.columns[column.column].values else { continue }
      var made: [Int32] = []
      made.reserveCapacity(count)
      for (_, rows) in draws {
        if rows.codes.isEmpty {
          for base in rows.bases { made.append(indices[Int(base)]) }
        } else {
          for code in rows.codes[place] { made.append(column.levels[Int(code)]) }
        }
      }
      columns[column.column].values = .categories(indices: made, levels: levels)
    }
    let texts = NewTexts(table: table, schema: schema)
    for column in features.others { columns[column].values = texts.cells(column, count: count, seed: seed) }
    for index in columns.indices where columns[index].name == classes.target {
      let values = draws.flatMap { Array(repeating: classes.values[$0.place], count: $0.rows.bases.count) }
      switch table.columns[index].values {
      case .categories(_, let levels):
        columns[index].values = .categories(indices: values.map { Int32($0) }, levels: levels)
      default: columns[index].values = .numbers(values)
      }
    }
    return Table(columns: columns)
  }

  private func numbers(_ place: Int, _ draws: [(place: Int, rows: RowDraws)], _ count: Int) -> [Double] {
    let column = features.numbers[place], width = features.numbers.count
    let grid = NumberGrid(schema.columns[column.column], values: column.values, missing: column.missing)
    var made: [Double] = []
    made.reserveCapacity(count)
    for (_, rows) in draws {
      for row in rows.bases.indices {
        let base = Int(rows.bases[row])
        if !column.missing.isEmpty {
          if column.missing[base] {
            made.append(.nan)
            continue
          }
          if !rows.others.isEmpty, column.missing[Int(rows.others[row])] {
            made.append(column.values[base])
            continue
          }
        }
        let value = rows.number(row, place, of: width, in: column.values)
        made.append(isRaw && !grid.isDate ? value : grid.nearest(to: value))
      }
    }
    return made
  }

  /// The table's schema with numbers written in full, where they were left as drawn.
  static func rawSchema(_ schema: Schema, target: String) -> Schema {
    var schema = schema
    for index in schema.columns.indices where schema.columns[index].name != target {
      switch schema.columns[index].kind {
      case .integer, .decimal:
        schema.columns[index].kind = .decimal(digits: 17)
        schema.columns[index].notation = .init(minimumDigits: 0, isShortest: true)
      default: break
      }
    }
    return schema
  }
}
