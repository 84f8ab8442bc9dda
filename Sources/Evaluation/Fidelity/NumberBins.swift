import Foundation

/// Ten bins of equal width between the least and the greatest number, as NumPy makes them.
///
/// Source: `numpy.histogram_bin_edges(x, bins=10)` and `numpy.digitize(x, edges)`: bins are closed on the left, so the
/// greatest number has a bin of its own, which a missing one shares.
struct NumberBins {
  /// The edges, ascending.
  private(set) var edges: [Double]

  /// The number of codes that ``code(of:)`` gives, from 0.
  static let codes = 12

  /// Bins over the numbers that are there; nil where there are none.
  ///
  /// - Parameter isOpen: whether the outer bins reach to infinity, so that other numbers can be binned alike.
  init?(_ numbers: [Double], isOpen: Bool = false) {
    var low = Double.infinity
    var high = -Double.infinity
    for number in numbers where !number.isNaN {
      low = min(low, number)
      high = max(high, number)
    }
    guard low <= high else { return nil }
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let step = (high - low) / 10
    edges = (0...10).map { Double($0) * step + low }
    edges[10] = high
    if isOpen { (edges[0], edges[10]) = (-.infinity, .infinity) }
  }

  /// The number of edges at or below a number; that of the greatest for a missing one.
  func code(of number: Double) -> Int32 {
    if number.isNaN { return 11 }
    // The quotient is off by one at most; the edges decide.
    var code = 0
    if edges[1] < edges[9] {
      let guess = (number - edges[1]) / (edges[9] - edges[1]) * 8
      code = max(0, min(11, Int(max(-2, min(12, guess)).rounded(.down)) + 2))
    }
    while code < 11, edges[code] <= number { code += 1 }
    while code > 0, edges[code - 1] > number { code -= 1 }
    return Int32(code)
  }

  func codes(of numbers: [Double]) -> [Int32] { numbers.map(code) }
}
