import Foundation

/// The random numbers of numpy's `RandomState`, draw for draw: what a seed means to scikit-learn and imbalanced-learn.
///
/// numpy has frozen this stream (NEP 19), so a seed gives the same numbers in every version.
struct RandomState: Sendable {
  private var twister: MersenneTwister
  /// The second of a pair of normal numbers.
  private var kept: Double?

  /// The state of `RandomState(seed)`. Numpy's seeds have 32 bits; a greater one is taken as `RandomState([low, high])`.
  init(seed: UInt64) {
    let low = UInt32(truncatingIfNeeded: seed), high = UInt32(seed >> 32)
    twister = high == 0 ? MersenneTwister(seed: low) : MersenneTwister(seeds: [low, high])
  }

  /// A number of [0, 1) with 53 random bits: `random_sample()`.
  mutating func uniform() -> Double {
    let high = twister.word() >> 5, low = twister.word() >> 6
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// `uniform(low, high)`.
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  /// `uniform(size=count)`.
  mutating func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in uniform() } }

  /// A whole number in `0...greatest`: words cut to as many bits as `greatest` has, and drawn anew while they exceed it.
  /// Nothing is drawn where there is but one.
  mutating func integer(through greatest: UInt64) -> UInt64 {
    guard greatest > 0 else { return 0 }
    let mask = UInt64.max >> UInt64(greatest.leadingZeroBitCount)
    while true {
      var word = UInt64(twister.word())
      if greatest > UInt64(UInt32.max) { word = word << 32 | UInt64(twister.word()) }
      if word & mask <= greatest { return word & mask }
    }
  }

  /// `randint(0, bound, size=count)`, which is also what `choice(bound, size=count)` draws.
  ///
  /// - Precondition: `bound` is 1 or more.
  mutating func integers(below bound: Int, count: Int) -> [Int] {
    precondition(bound > 0, "there is no whole number from 0 below \(bound)")
    return (0..<count).map { _ in Int(integer(through: UInt64(bound - 1))) }
  }

  /// `permutation(count)`: the order of Fisher and Yates, from the end.
  mutating func permutation(_ count: Int) -> [Int32] {
    var order = (0..<Int32(count)).map { $0 }
    for index in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(index, Int(integer(through: UInt64(index))))
    }
    return order
  }

  /// A number of the standard normal distribution: `standard_normal()`, `randn()`.
  ///
  /// Source: G. Marsaglia & T. Bray, "A convenient method for generating normal variables", SIAM Review 6, 1964, whose
  /// pairs are handed out second number first.
  mutating func normal() -> Double {
    if let number = kept {
      kept = nil
      return number
    }
    while true {
      let x = 2 * uniform() - 1, y = 2 * uniform() - 1
      let square = x * x + y * y
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      kept = factor * x
      return factor * y
    }
  }
}
