import ChainedImputation
import DiffusionCore
import DownstreamModels
import NeuralNetworks
import Tables
import Tensors

/// Trees that correct what the network says of one column: they see the row, with the network's guesses in its gaps, and
/// what the network says of the cell.
///
/// They learn from rows whose cell is there, hidden from the network for the purpose: so nothing that they see was made with
/// the truth, and gaps are as frequent as in the rows that are to be filled.
///
/// Source: the polish of M. Ahamed & Q. Cheng, "RefiDiff", AAAI 2026, and stacked generalisation (D. Wolpert, Neural
/// Networks 5, 1992).
struct CellRefiner: Sendable {
  /// The column of the table.
  let column: Int
  /// How many columns the trees see.
  let columns: Int
  let trees: FittedExtraTrees

  /// The output that is on the scale of scores.
  static let scoreOutput = 1

  /// Shares of levels beyond so many of the network's are not shown.
  static let mostShares = 12
}

extension MaskedPredictor {
  /// What trees see of rows whose cell of one column is hidden or missing.
  struct View: Sendable {
    var cells: DenseCells
    /// What the network says of the column.
    var own: CellMarginals
  }

  /// The view of some rows.
  ///
  /// - Parameters:
  ///   - marginals: what the network says of the rows' gaps, and of `column` in all of `places`.
  ///   - rows: the rows that the marginals are of.
  ///   - places: those of them that are to be seen, ascending; all of them lack the column.
  func view(
    of column: Int, _ matrix: CellMatrix, rows: [Int], marginals: Marginals, gaps: [Int: [Int]], places: [Int]
  ) -> View {
    let own = marginals[column]!, count = places.count
    var values: [Float] = [], isCategory: [Bool] = []
    var position = [Int32](repeating: -1, count: rows.count)
    for (place, row) in places.enumerated() { position[row] = Int32(place) }
    for (cell, other) in cells.modelled.enumerated() {
      if other == column { continue }
      let source = matrix.cells[cell], start = source.startIndex
      var filled = places.map { source[start + rows[$0]] }
      if let gap = gaps[other], let said = marginals[other] {
        for (index, row) in gap.enumerated() where position[row] >= 0 {
          filled[Int(position[row])] = point(cell, said, index)
        }
      }
      values += filled
      isCategory.append(matrix.levels[cell] > 0)
    }
    let cell = cells.modelled.firstIndex(of: column)!
    switch own {
    case .numbers(let means, let quantiles):
      let z = { (value: Double) in standardised(cell, value) }
      values += (0..<count).map { z(CellMarginals.quantile(0.5, CellMarginals.row($0, of: quantiles))) }
      values += means.map(z)
      values += (0..<count).map {
        let row = CellMarginals.row($0, of: quantiles)
        return z(CellMarginals.quantile(0.9, row)) - z(CellMarginals.quantile(0.1, row))
      }
      isCategory += [false, false, false]
    case .classes(let shares, let levels):
      for level in 0..<min(levels, CellRefiner.mostShares) {
        values += (0..<count).map { shares[$0 * levels + level] }
        isCategory.append(false)
      }
    }
    return View(cells: DenseCells(values: values, isCategory: isCategory, rows: count), own: own)
  }

  /// The one value of the network, as cells hold it.
  func point(_ cell: Int, _ said: CellMarginals, _ row: Int) -> Float {
    switch said {
    case .numbers(_, let quantiles):
      standardised(cell, CellMarginals.quantile(0.5, CellMarginals.row(row, of: quantiles)))
    case .classes(let shares, let count): Float(shares[row * count..<(row + 1) * count].largest)
    }
  }

  func standardised(_ cell: Int, _ value: Double) -> Float {
    guard case .number(let mean, let deviation, _, _) = cells.forms[cells.modelled[cell]], deviation > 0 else {
      return 0
    }
    return Float((value - mean) / deviation)
  }

  /// Views of rows whose cell of a column is there, with that cell hidden.
  func hiddenView(of column: Int, _ data: Rows, rows: [Int], pass: ShardedPass) throws -> View {
    let gaps = gaps(data.matrix, rows: rows, but: column)
    var wanted = gaps
    wanted[column] = Array(rows.indices)
    let marginals = try marginals(data.start, rows: rows, hiding: column, wanted: wanted, pass: pass)
    return view(of: column, data.matrix, rows: rows, marginals: marginals, gaps: gaps, places: Array(rows.indices))
  }

  /// What trees are to learn of a column: for numbers how far the truth is from the network's median, on the scale of
  /// numbers and on that of scores; for categories the level.
  func target(of column: Int, _ data: Rows, rows: [Int], view: View) -> ExtraTrees.Target {
    let cell = cells.modelled.firstIndex(of: column)!
    let source = data.matrix.cells[cell], start = source.startIndex
    switch view.own {
    case .classes(_, let count):
      return .classes(rows.map { Int32(source[start + $0]) }, count: count)
    case .numbers(_, let quantiles):
      return .numbers(
        rows.enumerated().flatMap { place, row -> [Float] in
          let median = CellMarginals.quantile(0.5, CellMarginals.row(place, of: quantiles))
          let truth = data.start.numbers[row * cells.names.count + column]
          return [
            standardised(cell, truth) - standardised(cell, median), score(column, truth) - score(column, median),
          ]
        }, outputs: 2)
    }
  }

  /// The normal score of a number; of a column with few values its standardised value.
  func score(_ column: Int, _ value: Double) -> Float {
    guard case .continuous = model.contents.coding.columns[column].content else {
      return standardised(cells.modelled.firstIndex(of: column)!, value)
    }
    return model.contents.coding.score(column, of: value)
  }

  /// The number at a score.
  func number(_ column: Int, score: Double) -> Double {
    switch model.contents.coding.columns[column].content {
    case .continuous(let c): return c.map.value(NormalDistribution.cumulative(score))
    default:
      guard case .number(let mean, let deviation, _, _) = cells.forms[column] else { return .nan }
      return mean + deviation * score
    }
  }

  /// Trains the trees of a column on training rows.
  func refiner(
    of column: Int, _ data: Rows, rows: [Int], learner: ExtraTrees, random: RandomStream, pass: ShardedPass
  ) throws -> CellRefiner {
    let view = try hiddenView(of: column, data, rows: rows, pass: pass)
    return CellRefiner(
      column: column, columns: view.cells.isCategory.count,
      trees: learner.fit(
        view.cells, columns: Array(view.cells.isCategory.indices), rows: (0..<Int32(rows.count)).map { $0 },
        target(of: column, data, rows: rows, view: view), random: random, gang: pass.gang))
  }

  /// What a column's trees make of a view: means and medians, or shares.
  func refined(_ refiner: CellRefiner, _ view: View, gang: ThreadGang) -> RefinedCells {
    let count = view.cells.rows, cell = cells.modelled.firstIndex(of: refiner.column)!
    let out = refiner.trees.predict(view.cells, rows: (0..<Int32(count)).map { $0 }, gang: gang)
    switch view.own {
    case .classes(_, let levels): return .classes(out, count: levels)
    case .numbers(_, let quantiles):
      let scores = refiner.trees.medians(view.cells, rows: (0..<Int32(count)).map { $0 }, gang: gang)
      var means: [Double] = [], medians: [Double] = []
      guard case .number(let mean, let deviation, _, _) = cells.forms[cells.modelled[cell]] else {
        return .numbers(means: [], medians: [])
      }
      for row in 0..<count {
        let median = CellMarginals.quantile(0.5, CellMarginals.row(row, of: quantiles))
        means.append(mean + deviation * (Double(standardised(cell, median)) + Double(out[2 * row])))
        medians.append(
          number(refiner.column, score: Double(score(refiner.column, median) + (scores?[row] ?? out[2 * row + 1]))))
      }
      return .numbers(means: means, medians: medians)
    }
  }
}

extension MaskedPredictor {
  /// What a chain says of some cells, once it has filled the gaps.
  ///
  /// - Parameter column: the column of the cells.
  func chained(
    _ chain: FittedChain, column: Int, _ filled: CellMatrix, rows: [Int], gang: ThreadGang
  ) -> RefinedCells? {
    guard let model = chain.rounds.last?[column] ?? chain.others[column] else { return nil }
    let said = model.predict(filled, rows: rows.map { Int32($0) }, gang: gang)
    guard case .number(let mean, let deviation, _, _) = cells.forms[cells.modelled[column]] else {
      // Levels that the chain does not tell apart share its last class's share.
      let count = filled.levels[column], told = model.outputs
      guard told < count else { return .classes(said, count: count) }
      var shares = [Float](repeating: 1e-6, count: rows.count * count)
      for row in rows.indices { for code in 0..<told { shares[row * count + code] = said[row * told + code] } }
      return .classes(shares, count: count)
    }
    func values(_ standardised: [Float]) -> [Double] { standardised.map { mean + deviation * Double($0) } }
    let medians = model.medians(filled, rows: rows.map { Int32($0) }, gang: gang)
    return .numbers(means: values(said), medians: values(medians ?? said))
  }
}

/// What trees say of cells.
enum RefinedCells: Sendable {
  /// Estimates of the mean and of the median, in the column's unit.
  case numbers(means: [Double], medians: [Double])
  /// The share of each level, `[rows, levels]`.
  case classes([Float], count: Int)
}
