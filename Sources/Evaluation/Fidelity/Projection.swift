import DownstreamModels
import Foundation
import Tensors

/// The first two principal components of the real table, and where rows of all tables lie on them.
///
/// Numbers are standardised, their missing cells stand at the mean; a level is 1 or 0 over √2, centred. Components by
/// subspace iteration over the rows, so that one-hot columns are never written out.
///
/// Source: H. Hotelling, "Analysis of a complex of statistical variables into principal components", J. Educ. Psychol.
/// 24, 1933; subspace iteration: Golub and Van Loan, Matrix Computations, section 8.2.4.
struct Projection {
  /// Real rows that the components are found on, and points that are kept of each table, at most.
  static let mostRows = 20_000
  static let mostPoints = 1_500

  /// The details; nil where nothing varies.
  static func measure(_ comparison: Comparison, random: RandomStream) -> ProjectionDetails? {
    let sample = comparison.real.sample(mostRows, random.child(1))
    guard let space = Space(sample) else { return nil }
    let (axes, values) = space.components(sample, count: 2, random: random.child(2))
    func points(_ features: Features, _ label: UInt64) -> [[Double]] {
      let rows = features.sample(mostPoints, random.child(label))
      return (0..<rows.rowCount).map { row in axes.map { space.dot($0, rows, row) } }
    }
    let total = space.totalVariance(sample)
    return ProjectionDetails(
      real: points(comparison.real, 3), synthetic: points(comparison.synthetic, 4),
      holdout: comparison.holdout.map { points($0, 5) }, explained: values.map { total > 0 ? $0 / total : 0 })
  }

  /// The axes of a table's rows: one a number, one a level.
  private struct Space {
    /// The first axis of each column.
    var offsets: [Int] = []
    /// Mean and scale of each number; unused for categories.
    var means: [Double] = [], scales: [Double] = []
    /// The centre of every axis.
    var centre: [Double] = []

    init?(_ features: Features) {
      for column in features.columns {
        offsets.append(centre.count)
        switch column {
        case .numbers(let numbers):
          let there = numbers.filter { !$0.isNaN }
          let mean = there.reduce(0) { $0 + $1 / Double(there.count) }
          let variance = there.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(there.count, 1))
          means.append(mean)
          scales.append(variance > 0 && variance.isFinite ? 1 / variance.squareRoot() : 0)
          centre.append(0)
        case .categories(let codes, let levels):
          means.append(0)
          scales.append(0.5.squareRoot())
          centre += ColumnShapes.shares(of: codes, levels: levels).map { $0 * 0.5.squareRoot() }
        }
      }
      guard features.rowCount > 1, totalVariance(features) > 0 else { return nil }
    }

    /// A number in deviations from the mean, held within what sums can bear; a missing one lies at the mean.
    private func standard(_ number: Double, _ index: Int) -> Double {
      guard scales[index] > 0, !number.isNaN else { return 0 }
      return min(1e6, max(-1e6, (number - means[index]) * scales[index]))
    }

    /// The coordinate of a row along an axis of the space.
    func dot(_ axis: [Double], _ features: Features, _ row: Int) -> Double {
      var sum = -zip(axis, centre).reduce(0) { $0 + $1.0 * $1.1 }
      for (index, column) in features.columns.enumerated() {
        switch column {
        case .numbers(let numbers): sum += axis[offsets[index]] * standard(numbers[row], index)
        case .categories(let codes, _): sum += axis[offsets[index] + Int(codes[row])] * scales[index]
        }
      }
      return sum
    }

    func totalVariance(_ features: Features) -> Double {
      var total = 0.0
      for (index, column) in features.columns.enumerated() {
        switch column {
        case .numbers(let numbers):
          for number in numbers {
            let value = standard(number, index)
            total += value * value
          }
        case .categories(let codes, let levels):
          let shares = ColumnShapes.shares(of: codes, levels: levels)
          total += Double(codes.count) * shares.reduce(0) { $0 + $1 * (1 - $1) } / 2
        }
      }
      return total / Double(max(features.rowCount, 1))
    }

    /// The first principal axes and the variances along them, greatest first.
    func components(_ features: Features, count: Int, random: RandomStream) -> ([[Double]], [Double]) {
      var random = random
      var axes = (0..<count).map { _ in centre.map { _ in Double(random.normal()) } }
      var values = [Double](repeating: 0, count: count)
      let rows = Double(features.rowCount)
      Self.orthonormalise(&axes)
      for _ in 0..<40 {
        let products = axes.map { covariance(features, $0, rows) }
        values = zip(axes, products).map { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }
        axes = products
        Self.orthonormalise(&axes)
      }
      // The sign of an axis is free: the greatest entry is made positive, so that pictures do not flip by chance.
      for index in axes.indices {
        let greatest = axes[index].max { abs($0) < abs($1) } ?? 0
        if greatest < 0 { axes[index] = axes[index].map(-) }
      }
      return (axes, values.map { max($0, 0) })
    }

    /// The covariance matrix times a vector, column by column of the table.
    private func covariance(_ features: Features, _ axis: [Double], _ rows: Double) -> [Double] {
      let shift = zip(axis, centre).reduce(0) { $0 + $1.0 * $1.1 }
      var along = [Double](repeating: -shift, count: features.rowCount)
      for (index, column) in features.columns.enumerated() {
        let (offset, scale) = (offsets[index], scales[index])
        switch column {
        case .numbers(let numbers):
          for row in numbers.indices { along[row] += axis[offset] * standard(numbers[row], index) }
        case .categories(let codes, _):
          for row in codes.indices { along[row] += axis[offset + Int(codes[row])] * scale }
        }
      }
      let sum = along.reduce(0, +)
      var product = centre.map { -$0 * sum }
      for (index, column) in features.columns.enumerated() {
        let (offset, scale) = (offsets[index], scales[index])
        switch column {
        case .numbers(let numbers):
          for row in numbers.indices { product[offset] += along[row] * standard(numbers[row], index) }
        case .categories(let codes, _):
          for row in codes.indices { product[offset + Int(codes[row])] += along[row] * scale }
        }
      }
      return product.map { $0 / rows }
    }

    private static func orthonormalise(_ axes: inout [[Double]]) {
      for index in axes.indices {
        for before in 0..<index {
          let overlap = zip(axes[index], axes[before]).reduce(0) { $0 + $1.0 * $1.1 }
          axes[index] = zip(axes[index], axes[before]).map { $0 - overlap * $1 }
        }
        let length = axes[index].reduce(0) { $0 + $1 * $1 }.squareRoot()
        axes[index] = length > 1e-12 ? axes[index].map { $0 / length } : axes[index].map { _ in 0 }
      }
    }
  }
}
