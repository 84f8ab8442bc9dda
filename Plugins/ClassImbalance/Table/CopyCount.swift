import Neighbours
import Tables

/// How many new rows equal an old one.
enum CopyCount {
  /// For each new row, whether it equals some row of a table in every column but the given ones.
  static func areCopies(_ new: Table, of old: Table, ignoring ignored: Set<String>) -> [Bool] {
    let rows = old.rowCount + new.rowCount
    let columns = old.columns.indices.filter { !ignored.contains(old.columns[$0].name) }
    guard rows > 0, !columns.isEmpty else { return Array(repeating: false, count: new.rowCount) }
    var words = [UInt64](repeating: 0, count: rows * columns.count)
    for (place, column) in columns.enumerated() {
      switch (old.columns[column].values, new.columns[column].values) {
      case (.numbers(let a), .numbers(let b)):
        for (row, number) in a.enumerated() { words[row * columns.count + place] = word(number) }
        for (row, number) in b.enumerated() { words[(a.count + row) * columns.count + place] = word(number) }
      case (.categories(let a, _), .categories(let b, _)):
        for (row, code) in a.enumerated() { words[row * columns.count + place] = UInt64(UInt32(bitPattern: code)) }
        for (row, code) in b.enumerated() {
          words[(a.count + row) * columns.count + place] = UInt64(UInt32(bitPattern: code))
        }
      default: break
      }
    }
    let distinct = DistinctRows(words: words, width: columns.count, rows: rows)
    return (old.rowCount..<rows).map { distinct.first[Int(distinct.group[$0])] < Int32(old.rowCount) }
  }

  // One pattern for missing, and one for both zeros.
  private static func word(_ number: Double) -> UInt64 { number.isNaN ? .max : (number + 0).bitPattern }
}
