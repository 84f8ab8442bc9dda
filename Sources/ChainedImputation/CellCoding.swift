import DownstreamModels
import Foundation
import Tables

/// How the columns of a table become cells that models take, learned from one table and applied to any with its columns.
public struct CellCoding: Sendable, Codable, Equatable {
  /// What a column is for a model.
  public enum Form: Sendable, Codable, Equatable {
    /// A number: its mean and deviation, what it is rounded to, and the range in which it was seen.
    case number(mean: Double, deviation: Double, rounding: Rounding, range: ClosedRange<Double>)
    /// A category: its levels in order of frequency.
    case levels([String])
    /// Without any value that was seen: nothing can be learned.
    case empty
    /// An identifier or free text, which is neither learned nor filled.
    case unmodelled
  }

  /// The names of the table's columns, in its order.
  public let names: [String]
  /// What each of them is.
  public let forms: [Form]
  /// The columns that are modelled, by their place in the table: the columns of the cells.
  public let modelled: [Int]
  /// Columns that follow from others.
  public let dependencies: [FunctionalDependency]

  /// Learns from a table's cells that are there.
  ///
  /// - Throws: ``ImputationError/notFinite(column:row:)``.
  public init(fitting table: Table, schema: Schema) throws(ImputationError) {
    names = table.columnNames
    var forms: [Form] = []
    for (place, column) in table.columns.enumerated() {
      forms.append(try Self.form(of: column, schema: schema.columns[place]))
    }
    self.forms = forms
    dependencies = FunctionalDependency.find(in: table)
    modelled = forms.indices.filter {
      switch forms[$0] {
      case .number, .levels: true
      case .empty, .unmodelled: false
      }
    }
  }

  private static func form(of column: Column, schema: ColumnSchema) throws(ImputationError) -> Form {
    switch column.values {
    case .texts: return .unmodelled
    case .categories(let indices, let levels):
      var counts = [Int](repeating: 0, count: levels.count)
      for index in indices where index >= 0 { counts[Int(index)] += 1 }
      let used = levels.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }
      return used.isEmpty ? .empty : .levels(used.map { levels[$0] })
    case .numbers(let numbers):
      var sum = 0.0, count = 0, low = Double.infinity, high = -Double.infinity
      for (row, number) in numbers.enumerated() where !number.isNaN {
        guard number.isFinite else { throw .notFinite(column: column.name, row: row) }
        sum += number
        count += 1
        low = min(low, number)
        high = max(high, number)
      }
      guard count > 0 else { return .empty }
      let scale = [low, high].squareScale
      // Each by its share, where the sum would overflow.
      let average = scale == 1 ? sum / Double(count) : numbers.reduce(0) { $1.isNaN ? $0 : $0 + $1 / Double(count) }
      let mean = min(max(average, low), high)
      var squares = 0.0
      for number in numbers where !number.isNaN {
        let distance = scale == 1 ? number - mean : number * scale - mean * scale
        squares += distance * distance / Double(count)
      }
      let decimals = if case .decimal(let digits) = schema.kind { digits } else { 0 }
      return .number(
        mean: mean, deviation: squares.squareRoot() / scale,
        rounding: Rounding(of: numbers, decimals: decimals, isShortest: schema.notation.isShortest), range: low...high)
    }
  }

  /// The number of classes of a column of the cells: 0 for a number.
  public func classes(_ cell: Int) -> Int {
    if case .levels(let levels) = forms[modelled[cell]] { levels.count } else { 0 }
  }

  /// The cells of a table with the columns that were learned.
  ///
  /// - Throws: ``ImputationError`` where columns or levels differ.
  public func cells(of table: Table) throws(ImputationError) -> CellMatrix {
    try check(table)
    let rows = table.rowCount
    var values: [Float] = [], missing: [[Int32]] = []
    values.reserveCapacity(rows * modelled.count)
    for place in modelled {
      var gaps: [Int32] = []
      switch (forms[place], table.columns[place].values) {
      case (.number(let mean, let deviation, _, _), .numbers(let numbers)):
        let scale = deviation > 0 && deviation.isFinite ? 1 / deviation : 0
        for (row, number) in numbers.enumerated() {
          if number.isNaN { gaps.append(Int32(row)) }
          // Far outside of what was seen a number says no more.
          values.append(number.isNaN ? 0 : Float(min(max((number - mean) * scale, -1e6), 1e6)))
        }
      case (.levels(let levels), .categories(let indices, let found)):
        var codes: [String: Float] = [:]
        for (code, level) in levels.enumerated() { codes[level] = Float(code) }
        let code = found.map { codes[$0] }
        for (row, index) in indices.enumerated() {
          guard index >= 0 else {
            gaps.append(Int32(row))
            values.append(0)
            continue
          }
          guard let known = code[Int(index)] else {
            throw .unknownLevel(column: names[place], level: found[Int(index)], row: row, known: levels)
          }
          values.append(known)
        }
      default: throw .kindDiffers(column: names[place])
      }
      missing.append(gaps)
    }
    return CellMatrix(
      cells: DenseCells(
        values: values, isCategory: modelled.indices.map { classes($0) > 0 }, rows: rows), missing: missing,
      levels: modelled.indices.map { classes($0) })
  }

  /// Whether a table has the columns that were learned, in their order, and no infinite number among them.
  public func check(_ table: Table) throws(ImputationError) {
    let found = table.columnNames
    if let lacking = names.first(where: { !found.contains($0) }) { throw .missingColumn(lacking, found: found) }
    if let extra = found.first(where: { !names.contains($0) }) { throw .unknownColumn(extra, known: names) }
    guard names == found else { throw .columnOrder(expected: names, found: found) }
    for place in modelled {
      guard case .numbers(let numbers) = table.columns[place].values else { continue }
      if let row = numbers.firstIndex(where: \.isInfinite) { throw .notFinite(column: names[place], row: row) }
    }
  }

  /// A number of the cells in the column's own unit, on its grid and within its range.
  public func number(_ cell: Int, _ standardised: Double) -> Double {
    guard case .number(let mean, let deviation, let rounding, let range) = forms[modelled[cell]] else { return .nan }
    return Self.place(mean + deviation * standardised, rounding: rounding, range: range)
  }

  /// The nearest number on a grid that lies within a range.
  public static func place(_ value: Double, rounding: Rounding, range: ClosedRange<Double>) -> Double {
    min(max(rounding(min(max(value, range.lowerBound), range.upperBound)), range.lowerBound), range.upperBound)
  }
}

/// The cells of a table, with a guess in place of each that is missing.
public struct CellMatrix: Sendable {
  /// Standardised numbers and codes, `[columns, rows]`.
  public var cells: DenseCells
  /// By column, the rows whose cell is missing, ascending.
  public let missing: [[Int32]]
  /// By column, the number of levels; 0 for a number.
  public let levels: [Int]

  /// Puts cells together.
  public init(cells: DenseCells, missing: [[Int32]], levels: [Int]) {
    precondition(missing.count == levels.count && levels.count == cells.isCategory.count, "columns must agree")
    self.cells = cells
    self.missing = missing
    self.levels = levels
  }

  /// The number of rows.
  public var rows: Int { cells.rows }
  /// The number of columns.
  public var width: Int { missing.count }

  /// The rows whose cell of a column is there.
  public func observed(_ column: Int) -> [Int32] {
    var gaps = missing[column][...]
    return (0..<Int32(rows)).filter { row in
      guard gaps.first == row else { return true }
      gaps.removeFirst()
      return false
    }
  }
}

extension CellCoding {
  /// The columns whose gaps stay, and why.
  public var unfilled: [(name: String, reason: String)] {
    zip(names, forms).compactMap { name, form in
      switch form {
      case .empty: (name, "it has no value to learn from")
      case .unmodelled: (name, "identifiers and free text are not filled")
      case .number, .levels: nil
      }
    }
  }
}

extension CellMatrix {
  /// Some rows, in the given order.
  ///
  /// - Parameter hidden: a column that is missing in all of them.
  public func rows(_ rows: [Int32], hiding hidden: Int? = nil) -> CellMatrix {
    var values: [Float] = []
    values.reserveCapacity(rows.count * width)
    var gaps: [[Int32]] = []
    for column in 0..<width {
      let own = cells[column], start = own.startIndex
      values += rows.map { own[start + Int($0)] }
      var isMissing = [Bool](repeating: column == hidden, count: self.rows)
      for row in missing[column] { isMissing[Int(row)] = true }
      gaps.append((0..<Int32(rows.count)).filter { isMissing[Int(rows[Int($0)])] })
    }
    return CellMatrix(
      cells: DenseCells(values: values, isCategory: levels.map { $0 > 0 }, rows: rows.count), missing: gaps,
      levels: levels)
  }
}
