import ChainedImputation
import DiffusionCore
import DownstreamModels
import NeuralNetworks
import Tables
import Tensors

/// The network's view of rows with gaps: what it says of each missing cell, as marginals and as cells for other models.
struct MaskedPredictor: Sendable {
  let model: FittedTabularMasked
  let cells: CellCoding

  private var objective: MaskedObjective { model.objective }

  /// A table as the network and as other models take it.
  struct Rows: Sendable {
    var start: MaskedSampler.Rows
    var matrix: CellMatrix
  }

  /// Codes a table with the columns that were learned.
  func rows(of table: Table, random: RandomStream) throws -> Rows {
    let matrix = try cells.cells(of: table)
    return Rows(start: try model.contents.coding.start(table, random: random), matrix: matrix)
  }

  /// What the network says of cells, by column of the table.
  typealias Marginals = [Int: CellMarginals]

  /// What the network says of some rows' cells.
  ///
  /// - Parameters:
  ///   - rows: the rows, by their place in what was coded.
  ///   - hidden: a column of the table that is taken for missing in all of them.
  ///   - wanted: columns of the table, each with places in `rows`, ascending.
  func marginals(
    _ start: MaskedSampler.Rows, rows: [Int], hiding hidden: Int? = nil, wanted: [Int: [Int]], pass: ShardedPass
  ) throws -> Marginals {
    let order = wanted.keys.sorted()
    let results = pass.map(rows: rows.count) { tape, range -> Result<[CellMarginals], any Error> in
      var own = start.selecting(range.map { rows[$0] })
      if let hidden { hide(hidden, in: &own) }
      objective.placeAnchors(&own)
      return Result {
        try objective.marginals(
          own,
          wanted: order.map { column in
            (column, wanted[column]!.ascending(in: range).map { $0 - range.lowerBound })
          }, on: tape)
      }
    }
    let parts = try results.map { try $0.get() }
    var result: Marginals = [:]
    for (place, column) in order.enumerated() { result[column] = CellMarginals(joining: parts.map { $0[place] }) }
    return result
  }

  private func hide(_ column: Int, in rows: inout MaskedSampler.Rows) {
    let layout = objective.layout, slots = layout.slots.count, width = model.contents.coding.columns.count
    for row in 0..<rows.count {
      for slot in layout.slotsOfColumn[column] { rows.codes[row * slots + slot] = Cells.unknown }
      if let numeric = layout.numericIndex[column] { rows.scores[row * layout.scoreCount + numeric] = 0 }
      rows.numbers[row * width + column] = .nan
    }
  }

  /// Which rows of a part lack which columns, by column of the table.
  func gaps(_ matrix: CellMatrix, rows: [Int], but hidden: Int? = nil) -> [Int: [Int]] {
    var places = [Int32](repeating: -1, count: matrix.rows)
    for (place, row) in rows.enumerated() { places[row] = Int32(place) }
    var result: [Int: [Int]] = [:]
    for (cell, column) in cells.modelled.enumerated()
    where column != hidden && !model.objective.layout.slotsOfColumn[column].isEmpty {
      let own = matrix.missing[cell].compactMap { places[Int($0)] >= 0 ? Int(places[Int($0)]) : nil }.sorted()
      if !own.isEmpty { result[column] = own }
    }
    return result
  }
}

extension [Int] {
  /// The elements of an ascending array that lie in a range.
  func ascending(in range: Range<Int>) -> ArraySlice<Int> {
    self[partitioningIndex { $0 >= range.lowerBound }..<partitioningIndex { $0 >= range.upperBound }]
  }
}

extension CellMarginals {
  init(joining parts: [CellMarginals]) {
    var means: [Double] = [], quantiles: [Double] = [], shares: [Float] = [], count = 0
    for part in parts {
      switch part {
      case .numbers(let m, let q):
        means += m
        quantiles += q
      case .classes(let s, let c): (shares, count) = (shares + s, c)
      }
    }
    self = count > 0 ? .classes(shares, count: count) : .numbers(means: means, quantiles: quantiles)
  }

  /// A quantile of one row, between those that are kept by straight lines.
  static func quantile(_ level: Double, _ quantiles: ArraySlice<Double>) -> Double {
    let position = min(max(level * Double(quantileCount) - 0.5, 0), Double(quantileCount - 1))
    let low = min(Int(position), quantileCount - 2), start = quantiles.startIndex
    return quantiles[start + low] + (position - Double(low)) * (quantiles[start + low + 1] - quantiles[start + low])
  }

  /// The quantiles of one row.
  static func row(_ row: Int, of quantiles: [Double]) -> ArraySlice<Double> {
    quantiles[row * quantileCount..<(row + 1) * quantileCount]
  }

  /// The level at which a value stands among a row's quantiles; in the middle of those that equal it.
  static func level(of value: Double, _ quantiles: ArraySlice<Double>) -> Double {
    let low = quantiles.partitioningIndex { $0 >= value }, high = quantiles.partitioningIndex { $0 > value }
    let count = Double(quantileCount), start = quantiles.startIndex
    if high > low { return (Double(low + high - 2 * start) / 2) / count }
    guard low > start, low < quantiles.endIndex else { return low == start ? 0 : 1 }
    let share = (value - quantiles[low - 1]) / (quantiles[low] - quantiles[low - 1])
    return (Double(low - 1 - start) + 0.5 + share) / count
  }
}
