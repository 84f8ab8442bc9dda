import DownstreamModels
import Foundation
import Tables

/// The rows of one fold as one arm hands them to models.
struct BalancedRows: Sendable {
  let learning: Features, classes: [Int], weights: [Double]?
  /// The loss that models learn by; nil: their own.
  let loss: FocalLoss?
  let tuning: Features, testing: Features
  /// Rows that were added, and how many of them are copies.
  let newRows: Int, copies: Int
  /// Seconds that it took to make them.
  let seconds: Double

  /// - Parameter plain: features of the table's own rows.
  init(
    _ arm: BalancingArm, _ problem: BalancingProblem, plain: Features, _ fold: BalancingFold, seed: UInt64
  ) throws {
    let started = ProcessInfo.processInfo.systemUptime
    var all = plain, classes = problem.classOfRow, rows = fold.learning
    var weights: [Double]?, loss: FocalLoss?, made: BalancingArm.NewRows?
    switch arm.treatment {
    case .nothing: break
    case .weights(let weigh): weights = try weigh(problem.table.rows(fold.learning))
    case .loss(let other): loss = other
    case .rows(let make): made = try make(problem.table.rows(fold.learning), seed)
    }
    seconds = ProcessInfo.processInfo.systemUptime - started
    newRows = made?.rows.rowCount ?? 0
    copies = made?.copies ?? 0
    if let made, newRows > 0 {
      (all, classes) = try problem.coded(with: made.rows)
      rows += plain.rowCount..<all.rowCount
    }
    learning = all.rows(rows)
    self.classes = rows.map { classes[$0] }
    self.weights = weights
    self.loss = loss
    tuning = all.rows(fold.tuning)
    testing = all.rows(fold.testing)
  }

  /// The share of each class among the rows that are learned from, weights counted.
  func shares(of count: Int) -> [Double] {
    var mass = [Double](repeating: 0, count: count)
    for (row, label) in classes.enumerated() { mass[label] += weights?[row] ?? 1 }
    let sum = mass.reduce(0, +)
    return mass.map { $0 / sum }
  }
}
