import Tables

/// Deviations as numpy and scikit-learn round them.
enum Moments {
  /// The population's standard deviation of a column.
  static func deviation(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let scale = values.squareScale
    return scale == 1 ? plainDeviation(values) : plainDeviation(values.map { $0 * scale }) / scale
  }

  private static func plainDeviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  /// The standard deviation of some rows of a column as `numpy.std(table, axis=0)` has it: sums in order, except of a
  /// table with one column, whose sum goes by halves.
  static func deviation(_ values: [Double], rows: [Int], isAlone: Bool) -> Double {
    let scale = rows.lazy.map { values[$0] }.squareScale
    let some = rows.map { scale == 1 ? values[$0] : values[$0] * scale }
    let count = Double(some.count)
    let mean = sum(some, isAlone) / count
    let squares = some.map { ($0 - mean) * ($0 - mean) }
    return (sum(squares, isAlone) / count).squareRoot() / scale
  }

  /// The standard deviation of some rows of a column as scikit-learn has it of sparse tables: zeros apart, and corrected for the mean's rounding.
  ///
  /// Source: T. Chan, G. Golub & R. LeVeque, "Algorithms for computing the sample variance", The American Statistician
  /// 37, 1983, equation 1.7.
  static func sparseDeviation(_ values: [Double], rows: [Int]) -> Double {
    let count = Double(rows.count)
    var mean = 0.0, others = 0.0
    for row in rows where values[row] != 0 {
      mean += values[row]
      others += 1
    }
    mean /= count
    var correction = 0.0, variance = 0.0
    for row in rows where values[row] != 0 {
      let difference = values[row] - mean
      correction += difference
      variance += difference * difference
    }
    let zeros = count - others
    if zeros > 0 { correction -= zeros * mean }
    correction = correction * correction / count
    if zeros > 0 { variance += zeros * (mean * mean) }
    return ((variance - correction) / count).squareRoot()
  }

  /// The median of some numbers: of an even count the mean of the middle two.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted(), middle = sorted.count / 2
    if sorted.isEmpty { return 0 }
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The sum of a list as numpy has it, by halves.
  static func sum(_ values: [Double]) -> Double { values.withUnsafeBufferPointer { pairwise($0) } }

  private static func sum(_ values: [Double], _ byHalves: Bool) -> Double {
    byHalves ? sum(values) : values.reduce(0, +)
  }

  /// Sums blocks of up to 128 in eight lanes, and halves of what is longer, as numpy does.
  ///
  /// Source: N. Higham, "The accuracy of floating point summation", SIAM Journal on Scientific Computing 14, 1993.
  private static func pairwise(_ values: UnsafeBufferPointer<Double>) -> Double {
    let count = values.count
    if count < 8 { return values.reduce(0, +) }
    if count <= 128 {
      var lanes = (0..<8).map { values[$0] }
      var place = 8
      while place + 8 <= count {
        for lane in 0..<8 { lanes[lane] += values[place + lane] }
        place += 8
      }
      var sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
      while place < count {
        sum += values[place]
        place += 1
      }
      return sum
    }
    let half = count / 2 / 8 * 8
    return pairwise(UnsafeBufferPointer(rebasing: values[..<half]))
      + pairwise(UnsafeBufferPointer(rebasing: values[half...]))
  }
}
