import ChainedImputation
import Foundation
import Tables

/// How one column of a table becomes numbers that flow, and how those become cells again.
struct FlowColumn: Sendable, Codable, Equatable {
  /// The column's place in the table.
  let column: Int
  /// What it holds.
  let form: Form

  enum Form: Sendable, Codable, Equatable {
    /// A number in a range, which becomes −1 ... 1. One that has few values is written as one of them.
    case number(range: ClosedRange<Double>, rounding: Rounding, seen: [Double])
    /// Levels: two are −1 and 1; a few are one number each, 1 for the row's own and −1 for the others; many are the bits
    /// of the level's place.
    case levels([String])
  }

  /// Numbers with at most so many values are written as one of them, as TabDDPM's authors do.
  private static let mostSeen = 32
  /// Categories with more levels than this are bits (T. Chen, R. Zhang, G. Hinton, "Analog bits", ICLR 2023): a tree for
  /// every level and round would take long, and see few rows of most.
  static let mostIndicated = 16

  /// The number of numbers; 0 where the column has one value only.
  var width: Int {
    switch form {
    case .number(let range, _, _): range.lowerBound < range.upperBound ? 1 : 0
    case .levels(let levels):
      switch levels.count {
      case 1: 0
      case 2: 1
      case ...Self.mostIndicated: levels.count
      default: Self.bits(levels.count)
      }
    }
  }

  /// Whether it is only ever written as a value that was seen.
  var isClosed: Bool {
    switch form {
    case .number(_, _, let seen): !seen.isEmpty
    case .levels: true
    }
  }

  private static func bits(_ levels: Int) -> Int { Int.bitWidth - (levels - 1).leadingZeroBitCount }

  /// Learns a column; nil where it has nothing to model.
  init?(_ column: Int, of coding: CellCoding, in table: Table) {
    self.column = column
    switch coding.forms[column] {
    case .empty, .unmodelled: return nil
    case .levels(let levels): form = .levels(levels)
    case .number(_, _, let rounding, let range):
      var seen: Set<Double> = []
      if case .numbers(let numbers) = table.columns[column].values {
        for number in numbers where !number.isNaN && seen.count <= Self.mostSeen { seen.insert(number) }
      }
      form = .number(range: range, rounding: rounding, seen: seen.count > Self.mostSeen ? [] : seen.sorted())
    }
  }

  /// What a level is, as numbers.
  private static func code(_ level: Int, of count: Int, width: Int) -> [Float] {
    (0..<width).map { place in
      let isSet = width == count ? level == place : level >> place & 1 == 1
      return isSet ? 1 : -1
    }
  }

  /// Writes the cells of a table's column into rows of numbers; missing ones become NaN.
  ///
  /// - Parameters:
  ///   - first: where the column's numbers begin in each row.
  ///   - stride: the numbers of a row.
  /// - Precondition: the table is the one that was learned.
  func encode(_ table: Table, into rows: inout [Float], first: Int, stride: Int) {
    switch (form, table.columns[column].values) {
    case (.number(let range, _, _), .numbers(let numbers)):
      // Halves: the width of a range may overflow.
      let middle = range.lowerBound / 2 + range.upperBound / 2, half = range.upperBound / 2 - range.lowerBound / 2
      for (row, number) in numbers.enumerated() { rows[row * stride + first] = Float((number - middle) / half) }
    case (.levels(let levels), .categories(let indices, let found)):
      let codes = found.map { level in
        levels.firstIndex(of: level).map { Self.code($0, of: levels.count, width: width) } ?? []
      }
      for (row, index) in indices.enumerated() {
        for place in 0..<width {
          rows[row * stride + first + place] = index < 0 ? .nan : codes[Int(index)][place]
        }
      }
    default: preconditionFailure("column \(column) is of another kind than the coding's")
    }
  }

  /// The cells that rows of numbers say: for levels the nearest one.
  ///
  /// - Parameter isMissing: whether the cell of a row is left out.
  func decode(_ rows: [Float], first: Int, stride: Int, count: Int, isMissing: (Int) -> Bool) -> Column.Values {
    switch form {
    case .number(let range, let rounding, let seen):
      let middle = range.lowerBound / 2 + range.upperBound / 2, half = range.upperBound / 2 - range.lowerBound / 2
      return .numbers(
        (0..<count).map { row in
          if isMissing(row) { return .nan }
          let value = width == 0 ? middle : middle + half * Double(rows[row * stride + first])
          let placed = CellCoding.place(value, rounding: rounding, range: range)
          return seen.min { abs($0 - value) < abs($1 - value) } ?? placed
        })
    case .levels(let levels):
      let codes = levels.indices.map { Self.code($0, of: levels.count, width: width) }
      return .categories(
        indices: (0..<count).map { row in
          if isMissing(row) { return -1 }
          let start = row * stride + first
          var best = (level: 0, distance: Float.infinity)
          for (level, code) in codes.enumerated() {
            var distance: Float = 0
            for (place, bit) in code.enumerated() {
              let step = rows[start + place] - bit
              distance += step * step
            }
            if distance < best.distance { best = (level, distance) }
          }
          return Int32(best.level)
        }, levels: levels)
    }
  }
}
