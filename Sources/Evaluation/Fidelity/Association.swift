import DownstreamModels
import Foundation

/// How strongly two columns of a table are bound.
public enum Association {
  /// Pearson's correlation over rows where both are there; nil where a side does not vary.
  public static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
    var count = 0.0
    var (sumX, sumY) = (0.0, 0.0)
    for row in x.indices where !x[row].isNaN && !y[row].isNaN {
      count += 1
      sumX += x[row]
      sumY += y[row]
    }
    guard count > 1 else { return nil }
    let (meanX, meanY) = (sumX / count, sumY / count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for row in x.indices where !x[row].isNaN && !y[row].isNaN {
      let (dx, dy) = (x[row] - meanX, y[row] - meanY)
      xx += dx * dx
      yy += dy * dy
      xy += dx * dy
    }
    guard xx > 0, yy > 0 else { return nil }
    let rho = xy / (xx.squareRoot() * yy.squareRoot())
    return rho.isFinite ? max(-1, min(1, rho)) : nil
  }

  /// How many rows have both numbers.
  public static func pairs(_ x: [Double], _ y: [Double]) -> Int {
    x.indices.count { !x[$0].isNaN && !y[$0].isNaN }
  }

  /// The correlation ratio η: the square root of the share of a number's variance that lies between the levels of a
  /// category, over rows where the number is there; nil where it does not vary.
  public static func correlationRatio(_ codes: [Int32], levels: Int, _ numbers: [Double]) -> Double? {
    var sums = [Double](repeating: 0, count: levels)
    var counts = [Double](repeating: 0, count: levels)
    var (total, count) = (0.0, 0.0)
    for row in numbers.indices where !numbers[row].isNaN {
      sums[Int(codes[row])] += numbers[row]
      counts[Int(codes[row])] += 1
      total += numbers[row]
      count += 1
    }
    guard count > 1 else { return nil }
    let mean = total / count
    var whole = 0.0
    for number in numbers where !number.isNaN { whole += (number - mean) * (number - mean) }
    guard whole > 0, counts.count(where: { $0 > 0 }) > 1 else { return nil }
    var between = 0.0
    for level in 0..<levels where counts[level] > 0 {
      let difference = sums[level] / counts[level] - mean
      between += counts[level] * difference * difference
    }
    let ratio = (between / whole).squareRoot()
    return ratio.isFinite ? min(ratio, 1) : nil
  }

  /// Spearman's correlation of the rows where both numbers are there; nil where one of them does not vary.
  static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    let rows = x.indices.filter { !x[$0].isNaN && !y[$0].isNaN }
    return Metrics.spearman(rows.map { x[$0] }, rows.map { y[$0] })
  }

  /// The association of every pair of columns: Pearson's ρ between numbers, Cramér's V between categories, η between
  /// both; nil where not defined. Square, with 1 on the diagonal.
  public static func matrix(_ features: Features) -> [[Double?]] {
    let columns = features.columns
    var matrix = [[Double?]](repeating: Array(repeating: nil, count: columns.count), count: columns.count)
    let cells: [PairTrends.Cells?] = columns.map { column in
      if case .categories = column { PairTrends.Cells(column, isNumeric: false) } else { nil }
    }
    for i in columns.indices {
      matrix[i][i] = 1
      for j in 0..<i {
        let value: Double? =
          switch (columns[i], columns[j]) {
          case (.numbers(let x), .numbers(let y)): pearson(x, y)
          case (.numbers(let x), .categories(let codes, let levels)): correlationRatio(codes, levels: levels, x)
          case (.categories(let codes, let levels), .numbers(let x)): correlationRatio(codes, levels: levels, x)
          case (.categories, .categories): PairTrends.Contingency(cells[i]!, cells[j]!).cramersV
          }
        matrix[i][j] = value
        matrix[j][i] = value
      }
    }
    return matrix
  }
}
