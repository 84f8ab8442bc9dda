import DiffusionCore
import Foundation
import Tables
import Tensors

/// How the cells of one column become codes and densities, learned from the column.
struct ColumnCoding: Sendable, Codable, Equatable {
  /// The column's name.
  let name: String
  /// What the column is made of.
  let content: Content
  /// Whether cells may be missing: then missing is the last code.
  let hasMissing: Bool

  enum Content: Sendable, Codable, Equatable {
    /// One code a level.
    case levels([String])
    /// Too many levels for one softmax: a code for the group, then one for the place in the group. Levels are in
    /// order of frequency; each group holds `groupSize` neighbours.
    case groupedLevels([String], groupSize: Int)
    /// A number with few distinct values: one code a value, ascending, each with its quantile.
    case values([Double], quantiles: [Float])
    /// Any other number: a code for a bin, a heavy value or a relation; then, within a bin, a fine code or a density.
    case continuous(Continuous)
    /// A function of other columns: never modelled, always consistent.
    case derived(DerivedColumn)
    /// The same everywhere.
    case constant(ConstantCell)
    /// Made anew by a pattern.
    case identifier(IdentifierGenerator)
    /// Free text, which is left empty.
    case text
    /// Without any value.
    case empty
  }

  enum ConstantCell: Sendable, Codable, Equatable {
    case number(Double)
    case level(String)
  }

  struct Continuous: Sendable, Codable, Equatable {
    /// The distribution of what no heavy value and no relation explains.
    var map: QuantileMap
    /// Bins of equal mass; 1 where the density covers all.
    var bins: Int
    /// Cells within a bin; 0 where a density takes their place.
    var cells: Int
    /// Values that hold a share of the rows by themselves, ascending.
    var heavy: [Double]
    /// Relations, most frequent first.
    var relations: [ColumnRelation]
    /// What the density is placed relative to, most telling first; see ``ColumnAnchor``.
    var anchors: [ColumnRelation] = []
    /// The number of codes before the missing one.
    var codes: Int { bins + heavy.count + relations.count }
  }

  /// The number of codes of the column's first slot, missing included.
  var codes: Int {
    let own =
      switch content {
      case .levels(let levels): levels.count
      case .groupedLevels(let levels, let size): (levels.count + size - 1) / size
      case .values(let values, _): values.count
      case .continuous(let c): c.codes
      default: 0
      }
    return own + (hasMissing ? 1 : 0)
  }

  /// The levels of a category.
  var levels: [String] {
    switch content {
    case .levels(let levels), .groupedLevels(let levels, _): levels
    default: []
    }
  }

  /// The code of a missing cell.
  var missingCode: Int { codes - 1 }

  /// Whether the column is modelled, rather than derived or made anew.
  var isModelled: Bool {
    switch content {
    case .levels, .groupedLevels, .values, .continuous: true
    default: false
    }
  }

  /// Whether the network sees the column's quantile.
  var isNumeric: Bool {
    switch content {
    case .values, .continuous: true
    default: false
    }
  }
}

/// A column whose cells are a function of another column's code.
struct DerivedColumn: Sendable, Codable, Equatable {
  /// The index of the column it follows.
  var source: Int
  /// For every code of the source, this column's cell as a row of `cells`.
  var cellOfCode: [Int32]
  /// The distinct cells: numbers, or levels; missing comes last.
  var cells: Cells

  /// For every code of the source, this column's number; nothing where it has levels.
  var numbers: [Double]? {
    guard case .numbers(let numbers) = cells else { return nil }
    return cellOfCode.map { numbers[Int($0)] ?? .nan }
  }

  enum Cells: Sendable, Codable, Equatable {
    /// Numbers; missing is `nil`.
    case numbers([Double?])
    /// Levels; missing is `nil`.
    case levels([String?])
  }
}
