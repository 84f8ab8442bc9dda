import DiffusionCore
import Foundation
import Tables
import Tensors

/// How TabDDPM sees a table (``DDPMEncoder``): as ``TableCoding`` does, but with every number as one continuous cell.
///
/// Categories, derived columns, constants, identifiers and texts are those of the shared coding. A number, few-valued or
/// not, becomes the standard normal score of its quantile, as the paper's quantile transformation makes it;
/// there are no heavy values and no relations. Equal values are spread over their share of the quantiles, where
/// scikit-learn's transformer takes the middle, so that every marginal is as normal as Gaussian diffusion ends. A number
/// that decides a derived column stays a category, so that the derived column stays consistent.
struct DDPMCoding: Sendable, Codable, Equatable {
  let table: TableCoding
  /// By column, ascending: the values of a number that has few.
  let seen: [[Double]]
  /// By slot: the training share of each code; empty for scores.
  let shares: [[Float]]

  /// The number that a score says, as it is written.
  func number(_ column: Int, score: Float) -> Double {
    guard case .continuous(let content) = table.columns[column].content else { return .nan }
    let value = content.map.value(NormalDistribution.cumulative(Double(score)))
    if !seen[column].isEmpty { return seen[column][TableCoding.nearest(value, in: seen[column])] }
    return table.roundings[column](value)
  }

  /// A number drawn from the training values within bounds, as it is written; nothing where the bounds admit none.
  func number(_ column: Int, within range: ClosedRange<Double>, random: inout RandomStream) -> Double? {
    guard case .continuous(let content) = table.columns[column].content else { return nil }
    let low = content.map.quantile(range.lowerBound, tie: 0), high = content.map.quantile(range.upperBound, tie: 1)
    let drawn = content.map.value(low + (high - low) * random.uniformDouble())
    let allowed = seen[column].filter { range.contains($0) }
    if !allowed.isEmpty { return allowed[TableCoding.nearest(drawn, in: allowed)] }
    let rounding = table.roundings[column]
    let rounded = rounding(min(max(drawn, range.lowerBound), range.upperBound))
    // At an end of the range rounding may step over it.
    let step = rounding.digit(at: rounded)
    return [rounded, rounding(rounded + step), rounding(rounded - step)].first { range.contains($0) }
  }

  /// The score of a number; equal numbers are spread by a uniform draw.
  func score(_ column: Int, of value: Double, tie: Double) -> Float {
    guard case .continuous(let content) = table.columns[column].content, !value.isNaN else { return 0 }
    return Float(content.map.score(of: value, tie: tie))
  }
}

extension DDPMCoding: FittedEncoder {
  var slots: [CellSlot] { table.slots }

  func encode(_ table: Table, missingIsUnknown: Bool, random: RandomStream) throws -> Cells {
    try self.table.encode(table, missingIsUnknown: missingIsUnknown, random: random)
  }

  func decodingState(random: RandomStream) -> DecodingState { table.decodingState(random: random) }

  func decode(_ cells: Cells, _ state: inout DecodingState) -> Table {
    var rows = table.rows(cells, &state.random)
    let layout = table.layout, width = table.columns.count
    // A number that has few values is written as one of them.
    for column in seen.indices where !seen[column].isEmpty {
      guard let numeric = layout.numericIndex[column] else { continue }
      for row in 0..<rows.count where !rows.numbers[row * width + column].isNaN {
        rows.numbers[row * width + column] = number(column, score: rows.scores[row * layout.numericCount + numeric])
      }
    }
    return TableAssembly(coding: table).table([rows], &state)
  }

  func precision(of column: Int) -> Double { table.precision(of: column) }
}
