import Foundation
import Tables

/// The classes of a table's rows.
public struct ClassCounts: Sendable, Equatable {
  /// The column that names the class.
  public let target: String
  /// The classes as the file spells them: numbers by size, texts by their characters' code points.
  public let labels: [String]
  /// The rows of each class.
  public let counts: [Int]
  /// The class of each row.
  public let classOfRow: [Int32]
  /// The value of each class in the table: a number, or the index of a level.
  public let values: [Double]

  /// More whole numbers than this are no classes.
  public static let mostNumbers = 100

  /// Counts the classes of a column.
  ///
  /// - Throws: `TableError` for an unknown column; ``BalanceError`` for one whose values are no classes.
  public init(of target: String, in table: Table, schema: Schema) throws {
    let kind = try schema.column(named: target).kind
    guard let column = table[target] else { preconditionFailure("the table lacks a column of its schema") }
    let missing = column.missingCount
    if missing > 0 {
      let first = (0..<table.rowCount).first { column.isMissing($0) } ?? 0
      throw BalanceError.missingTarget(column: target, count: missing, firstRow: first + 1)
    }
    self.target = target
    switch column.values {
    case .numbers(let numbers):
      guard kind.name == .integer || kind.name == .decimal else {
        throw BalanceError.notClasses(column: target, kind: kind.name.rawValue)
      }
      let distinct = Set(numbers).sorted()
      guard distinct.count <= Self.mostNumbers, distinct.allSatisfy({ $0 == $0.rounded() }) else {
        throw BalanceError.continuousTarget(column: target, distinct: distinct.count)
      }
      var places: [Double: Int32] = [:]
      for (place, value) in distinct.enumerated() { places[value] = Int32(place) }
      // Beyond the range of Int a file has them in scientific notation.
      labels = distinct.map { Int(exactly: $0).map { String($0) } ?? String($0) }
      values = distinct
      classOfRow = numbers.map { places[$0]! }
    case .categories(let indices, let levels):
      var used = [Bool](repeating: false, count: levels.count)
      for index in indices { used[Int(index)] = true }
      let order = levels.indices.filter { used[$0] }.sorted { Self.precedes(levels[$0], levels[$1]) }
      var places = [Int32](repeating: 0, count: levels.count)
      for (place, level) in order.enumerated() { places[level] = Int32(place) }
      labels = order.map { levels[$0] }
      values = order.map(Double.init)
      classOfRow = indices.map { places[Int($0)] }
    case .texts: throw BalanceError.notClasses(column: target, kind: kind.name.rawValue)
    }
    var counts = [Int](repeating: 0, count: labels.count)
    for place in classOfRow { counts[Int(place)] += 1 }
    self.counts = counts
    guard labels.count > 1 else { throw BalanceError.oneClass(column: target, label: labels.first ?? "") }
  }

  /// The rows of a class, ascending.
  public func rows(of place: Int) -> [Int] { classOfRow.indices.filter { classOfRow[$0] == Int32(place) } }

  /// The class with the most rows, the first of several.
  public var majority: Int { counts.firstIndex(of: counts.max()!)! }

  /// The class with the fewest rows, the first of several.
  public var minority: Int { counts.firstIndex(of: counts.min()!)! }

  /// The order of texts by their characters' code points, as languages other than Swift sort them.
  public static func precedes(_ a: String, _ b: String) -> Bool {
    a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
  }
}
