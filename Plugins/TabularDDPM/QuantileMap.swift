import Tensors

/// The map between the values of a column and their quantiles, piecewise linear between stored knots.
///
/// A knot is the value at a rank of the training data. Between knots values are interpolated; outside the data they are
/// held at its ends, so that nothing beyond the range that was seen is ever written.
struct QuantileMap: Sendable, Codable, Equatable {
  /// Values at evenly spaced quantiles, ascending.
  let knots: [Double]
  /// The number of values the map was made from.
  let count: Int

  /// A knot for every 30 rows, as the field's quantile transforms have it: the map then repeats no row of the data, and
  /// reaches out to the ends of the range in the tails. Few rows keep more, so that the map is no straight line.
  static func knotCount(_ values: Int) -> Int { min(values, max(min(values / 30, 1000), 200)) }

  /// Makes the map of some values, none missing.
  ///
  /// - Precondition: there is at least one.
  init(sorted values: [Double]) {
    count = values.count
    let knots = Self.knotCount(values.count)
    self.knots = (0..<knots).map { values[$0 * (values.count - 1) / max(knots - 1, 1)] }
  }

  /// The quantile of the first and the last knot: the middle of the share that one value has.
  private var margin: Double { 0.5 / Double(count) }

  /// The quantile of a value in 0 ... 1; among equal values the place is `tie` (0 ... 1) of the way up.
  func quantile(_ value: Double, tie: Double) -> Double {
    let low = knots.partitioningIndex { $0 >= value }
    let high = knots.partitioningIndex { $0 > value }
    let last = Double(max(knots.count - 1, 1))
    let position: Double
    if high > low {  // The value is a knot, perhaps several.
      position = Double(low) + tie * Double(high - 1 - low)
    } else if low == 0 {
      position = 0
    } else if low == knots.count {
      position = last
    } else {
      let width = knots[low] - knots[low - 1]
      // Halves where knots lie too far apart to be subtracted.
      let share =
        width.isFinite
        ? (value - knots[low - 1]) / width
        : (value / 2 - knots[low - 1] / 2) / (knots[low] / 2 - knots[low - 1] / 2)
      position = Double(low - 1) + share
    }
    return margin + position / last * (1 - 2 * margin)
  }

  /// The value at a quantile.
  func value(_ quantile: Double) -> Double {
    guard knots.count > 1 else { return knots[0] }
    let share = min(max((quantile - margin) / (1 - 2 * margin), 0), 1)
    let position = share * Double(knots.count - 1)
    let low = min(Int(position), knots.count - 2)
    let way = position - Double(low), width = knots[low + 1] - knots[low]
    return width.isFinite ? knots[low] + way * width : (1 - way) * knots[low] + way * knots[low + 1]
  }

  /// The standard normal score of a quantile, finite: quantiles stay within the data's margin.
  func score(_ quantile: Double) -> Double {
    NormalDistribution.quantile(min(max(quantile, margin), 1 - margin))
  }

  /// The score of a value; among equal values the place is `tie` (0 ... 1) of the way up.
  func score(of value: Double, tie: Double = 0.5) -> Double { score(quantile(value, tie: tie)) }
}

extension RandomAccessCollection {
  /// The first index whose element satisfies a predicate that is false and then true along the collection.
  func partitioningIndex(where belongs: (Element) -> Bool) -> Index {
    var low = startIndex, length = count
    while length > 0 {
      let half = length / 2, middle = index(low, offsetBy: half)
      if belongs(self[middle]) {
        length = half
      } else {
        low = index(after: middle)
        length -= half + 1
      }
    }
    return low
  }
}
