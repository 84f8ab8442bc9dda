import DownstreamModels
import Foundation
import Tensors

/// What predicts one column of the cells from the others.
public enum ColumnLearner: Sendable {
  /// Extremely randomised trees.
  case trees(ExtraTrees)
  /// Ridge regression for numbers, logistic regression for categories.
  case linear(LinearModel)

  /// Of a category with more levels the frequent ones are told apart; the others are one class, and the most frequent of
  /// them stands for all.
  static let mostClasses = 64

  /// Learns a column from others.
  ///
  /// - Parameters:
  ///   - matrix: rows in which every cell has a value, if only a guess.
  ///   - target: the column to predict.
  ///   - classes: the number of its levels; 0 for a number.
  ///   - rows: the rows that teach: those whose cell is there.
  public func fit(
    _ matrix: CellMatrix, target: Int, classes: Int, rows: [Int32], random: RandomStream, gang: ThreadGang
  ) -> FittedColumnModel {
    let cells = matrix.cells, own = cells[target], start = own.startIndex
    let columns = (0..<matrix.width).filter { $0 != target }
    let told = min(classes, Self.mostClasses)
    let first = rows.first.map { own[start + Int($0)] } ?? 0
    let isConstant = rows.allSatisfy { own[start + Int($0)] == first }
    if rows.count < 5 || isConstant || columns.isEmpty { return Self.prior(own, rows: rows, classes: told) }
    switch self {
    case .trees(let trees):
      let values: ExtraTrees.Target =
        classes > 0
        ? .classes(own.map { min(Int32($0), Int32(told - 1)) }, count: told) : .numbers(Array(own), outputs: 1)
      return .trees(trees.fit(cells, columns: columns, rows: rows, values, random: random, gang: gang))
    case .linear(let model):
      let features = Features(cells, columns: columns, classes: matrix.levels, rows: rows)
      let outcome: Outcome =
        classes > 0
        ? .classes(rows.map { min(Int(own[start + Int($0)]), told - 1) }, count: told)
        : .numbers(rows.map { Double(own[start + Int($0)]) })
      var seed = random
      guard let fitted = try? model.solve(features, outcome, seed: seed.next()) else {
        return Self.prior(own, rows: rows, classes: told)
      }
      return .linear(fitted, columns: columns)
    }
  }

  /// The mean, or the shares of the levels.
  static func prior(_ own: ArraySlice<Float>, rows: [Int32], classes: Int) -> FittedColumnModel {
    var sums = [Float](repeating: 0, count: max(classes, 1))
    for row in rows {
      let value = own[own.startIndex + Int(row)]
      if classes > 0 { sums[min(Int(value), classes - 1)] += 1 } else { sums[0] += value }
    }
    return .constant(sums.map { rows.isEmpty ? 0 : $0 / Float(rows.count) })
  }
}

/// A ``ColumnLearner`` that has learned.
public enum FittedColumnModel: Sendable {
  /// The same everywhere.
  case constant([Float])
  /// Trees.
  case trees(FittedExtraTrees)
  /// A linear model of the given columns.
  case linear(FittedLinearModel, columns: [Int])

  /// Numbers, or class shares, of a prediction.
  public var outputs: Int {
    switch self {
    case .constant(let values): values.count
    case .trees(let trees): trees.outputs
    case .linear(let model, _): model.predictionWidth
    }
  }

  /// Medians of a number for some rows; nil where the model keeps none.
  public func medians(_ matrix: CellMatrix, rows: [Int32], gang: ThreadGang) -> [Float]? {
    guard case .trees(let trees) = self else { return nil }
    return trees.medians(matrix.cells, rows: rows, gang: gang)
  }

  /// Predictions of some rows, `[rows, outputs]`: a standardised number, or the share of each class.
  public func predict(_ matrix: CellMatrix, rows: [Int32], gang: ThreadGang) -> [Float] {
    switch self {
    case .constant(let values): return rows.flatMap { _ in values }
    case .trees(let trees): return trees.predict(matrix.cells, rows: rows, gang: gang)
    case .linear(let model, let columns):
      guard !rows.isEmpty else { return [] }
      return model.predict(Features(matrix.cells, columns: columns, classes: matrix.levels, rows: rows))
        .map { Float($0) }
    }
  }
}

extension Features {
  /// Some rows and columns of cells.
  init(_ cells: DenseCells, columns: [Int], classes: [Int], rows: [Int32]) {
    self.init(
      names: columns.map { "\($0)" },
      columns: columns.map { column in
        let own = cells[column], start = own.startIndex
        return classes[column] > 0
          ? .categories(codes: rows.map { Int32(own[start + Int($0)]) }, levels: classes[column])
          : .numbers(rows.map { Double(own[start + Int($0)]) })
      }, rowCount: rows.count)
  }
}
