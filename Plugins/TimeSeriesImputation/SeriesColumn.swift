import DiffusionCore
import Foundation
import Tables

/// How one column of a table becomes channels of series, and how a channel becomes a value again.
///
/// A number is one channel, standardised by its observed values. A category is a channel for each level, 1 where it is that
/// level and 0 where it is another, likewise standardised; a prediction is decoded by the largest.
struct SeriesColumn: Codable, Sendable, Equatable {
  /// The column's name.
  let name: String
  /// What its values are.
  let content: Content
  /// Mean and deviation of each channel over the observed values.
  let means: [Double], deviations: [Double]

  enum Content: Codable, Sendable, Equatable {
    /// Observed ends, and the digits after the mark; nil digits where numbers are written by their shortest text.
    case number(minimum: Double, maximum: Double, digits: Int?)
    /// The observed levels, in the order of the table's.
    case category(levels: [String])
  }

  /// With more levels there is one channel, the level's number over their count, and gaps get the nearest observation.
  static let mostLevels = 32

  var channelCount: Int { means.count }

  /// Learns a column from its observed values; nil where there is none.
  init?(_ column: Column, schema: ColumnSchema) throws(SeriesDataError) {
    name = column.name
    switch column.values {
    case .numbers(let numbers):
      var least = Double.infinity, most = -Double.infinity
      for (row, number) in numbers.enumerated() where !number.isNaN {
        guard number.isFinite else { throw .infinite(column: column.name, row: row) }
        least = min(least, number)
        most = max(most, number)
      }
      guard least <= most else { return nil }
      let digits: Int? =
        switch schema.kind {
        case .integer, .date: 0
        case .decimal(let digits) where !schema.notation.isShortest && digits <= 15: digits
        default: nil
        }
      content = .number(minimum: least, maximum: most, digits: digits)
      // Halves do not overflow where the sum of two numbers might.
      let center = least / 2 + most / 2
      let reach = max(most / 2 - least / 2, .leastNormalMagnitude)
      var count = 0.0, sum = 0.0, squares = 0.0
      for number in numbers where !number.isNaN {
        let z = (number - center) / reach
        count += 1
        sum += z
        squares += z * z
      }
      let mean = sum / count
      let variance = max(0, squares / count - mean * mean)
      means = [center + reach * mean]
      deviations = [variance > 1e-18 ? reach * variance.squareRoot() : 1]
    case .categories(let indices, let allLevels):
      var counts = [Double](repeating: 0, count: allLevels.count)
      for index in indices where index >= 0 { counts[Int(index)] += 1 }
      let total = counts.reduce(0, +)
      guard total > 0 else { return nil }
      var occurring = counts.indices.filter { counts[$0] > 0 }
      if occurring.count <= Self.mostLevels {
        means = occurring.map { counts[$0] / total }
        deviations = means.map { max(($0 * (1 - $0)).squareRoot(), 1e-3) }
      } else {
        // The most frequent level is number 0, which is what nothing known is filled with.
        occurring.sort { (-counts[$0], $0) < (-counts[$1], $1) }
        means = [0]
        deviations = [Double(occurring.count)]
      }
      content = .category(levels: occurring.map { allLevels[$0] })
    case .texts: return nil
    }
  }

  /// Whether levels are held as numbers that can only be copied.
  var isIndexed: Bool {
    if case .category(let levels) = content { levels.count > Self.mostLevels } else { false }
  }

  // MARK: Encoding

  /// Writes the column's channels for the given rows: `target[position * stride + channel]`, NaN where missing, or where
  /// the level was never seen in training.
  func encode(
    _ column: Column, rows: [Int], into target: UnsafeMutablePointer<Float>, stride: Int
  ) throws(SeriesDataError) {
    switch (content, column.values) {
    case (.number, .numbers(let numbers)):
      for (position, row) in rows.enumerated() {
        let number = numbers[row]
        guard !number.isInfinite else { throw .infinite(column: name, row: row) }
        let z = (number - means[0]) / deviations[0]
        // Another table may hold anything.
        target[position * stride] = z.isNaN ? .nan : Float(min(max(z, -1e6), 1e6))
      }
    case (.category(let levels), .categories(let indices, let own)):
      let places = Dictionary(uniqueKeysWithValues: levels.enumerated().map { (Array($1.utf8), $0) })
      let mapped = own.map { places[Array($0.utf8)] ?? -1 }
      for (position, row) in rows.enumerated() {
        let level = indices[row] < 0 ? -1 : mapped[Int(indices[row])]
        for channel in 0..<channelCount {
          let value = isIndexed ? Double(level) : level == channel ? 1 : 0
          target[position * stride + channel] =
            level < 0 ? .nan : Float((value - means[channel]) / deviations[channel])
        }
      }
    default: throw .columnDiffers(name, found: Self.text(column.values), expected: expected)
    }
  }

  private var expected: String {
    if case .number = content { "numbers" } else { "categories" }
  }

  private static func text(_ values: Column.Values) -> String {
    switch values {
    case .numbers: "numbers"
    case .categories: "categories"
    case .texts: "texts"
    }
  }

  // MARK: Decoding

  /// A number of the column from a standardised one: within the observed ends and on the grid of digits.
  func number(_ standardised: Float) -> Double {
    guard case .number(let minimum, let maximum, let digits) = content else { return .nan }
    let value = min(max(means[0] + deviations[0] * Double(standardised), minimum), maximum)
    guard let digits else { return value }
    let scale = pow(10, Double(digits))
    let rounded = (value * scale).rounded() / scale
    // A number too large for a grid is its own.
    return rounded.isFinite ? min(max(rounded, minimum), maximum) : value
  }

  /// The level, counted among ``Content/category(levels:)``, that a prediction of all channels speaks for most.
  func level(_ standardised: [Float]) -> Int {
    if isIndexed, case .category(let levels) = content {
      let place = (Double(standardised[0]) * deviations[0]).rounded()
      return place >= 0 ? Int(min(place, Double(levels.count - 1))) : 0
    }
    let shares = shares(standardised)
    return shares.indices.max { (shares[$0], -$0) < (shares[$1], -$1) } ?? 0
  }

  /// The probability of each level, from a prediction of all channels.
  func shares(_ standardised: [Float]) -> [Double] {
    let raw = standardised.indices.map { max(0, means[$0] + deviations[$0] * Double(standardised[$0])) }
    let sum = raw.reduce(0, +)
    return sum > 0 ? raw.map { $0 / sum } : means
  }
}
