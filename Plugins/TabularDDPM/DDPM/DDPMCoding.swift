import Foundation
import Tables
import Tensors

/// How TabDDPM sees a table: as ``TableCoding`` does, but with every number as one continuous cell.
///
/// Categories, derived columns, constants, identifiers and texts are those of the shared coding. A number, few-valued or
/// not, becomes the standard normal score of its quantile, as the paper's quantile transformation (section 4.1) makes it;
/// there are no heavy values and no relations. Equal values are spread over their share of the quantiles, where
/// scikit-learn's transformer takes the middle, so that every marginal is as normal as Gaussian diffusion ends. A number
/// that decides a derived column stays a category, so that the derived column stays consistent.
struct DDPMCoding: Sendable, Codable, Equatable {
  /// Numbers with at most so many distinct values are written as one of them, as the paper's code does.
  private static let mostSnapped = 32

  let table: TableCoding
  /// By column, ascending: the values of a number that has few.
  let seen: [[Double]]
  /// By slot: the training share of each code; empty for scores.
  let shares: [[Float]]

  /// Learns the coding of a table and codes it.
  ///
  /// - Parameter fewValues: numbers with at most so many distinct values are categories.
  static func fitting(
    _ table: Table, schema: Schema, fewValues: Int, derives: Bool, random: RandomStream
  ) throws -> (coding: DDPMCoding, data: CodedTable) {
    var settings = CodingSettings()
    settings.numbers = .density
    settings.heavyShare = .infinity
    settings.relationShare = .infinity
    settings.derives = derives
    settings.fewValues = max(settings.fewValues, fewValues)
    let shared = TableCoding(fitting: table, schema: schema, settings: settings, random: random.child(0))
    let sources = Set(
      shared.columns.compactMap { column -> Int? in
        if case .derived(let derived) = column.content { derived.source } else { nil }
      })
    var seen = [[Double]](repeating: [], count: shared.columns.count)
    let columns = shared.columns.enumerated().map { index, column -> ColumnCoding in
      guard case .numbers(let cells) = table.columns[index].values else { return column }
      switch column.content {
      case .values(let values, _) where values.count > fewValues && !sources.contains(index):
        if values.count <= mostSnapped { seen[index] = values }
        let map = QuantileMap(sorted: cells.filter { !$0.isNaN }.sorted())
        return ColumnCoding(
          name: column.name,
          content: .continuous(.init(map: map, bins: 1, cells: 0, heavy: [], relations: [])),
          hasMissing: column.hasMissing)
      default: return column
      }
    }
    let coding = TableCoding(columns: columns, roundings: shared.roundings)
    let data = try coding.encode(table, random: random.child(1))
    return (DDPMCoding(table: coding, seen: seen, shares: Self.shares(coding.layout, data)), data)
  }

  private static func shares(_ layout: SlotLayout, _ data: CodedTable) -> [[Float]] {
    layout.slots.enumerated().map { index, slot in
      guard case .category(let codes) = slot.kind else { return [] }
      var counts = [Float](repeating: 0, count: codes)
      for row in 0..<data.rows {
        let code = data.codes[row * layout.slots.count + index]
        if code >= 0 { counts[Int(code)] += 1 }
      }
      return counts.map { $0 / Float(max(data.rows, 1)) }
    }
  }

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
    let step = rounding.step / pow(10, Double(rounding.decimals))
    return [rounded, rounding(rounded + step), rounding(rounded - step)].first { range.contains($0) }
  }

  /// The score of a number; equal numbers are spread by a uniform draw.
  func score(_ column: Int, of value: Double, tie: Double) -> Float {
    guard case .continuous(let content) = table.columns[column].content, !value.isNaN else { return 0 }
    return Float(content.map.score(content.map.quantile(value, tie: tie)))
  }
}
