extension Sequence<Double> {
  /// A power of two that brings numbers near to 1 whose squares would overflow or vanish; 1 for all others, so that
  /// ordinary numbers are computed with as they are. Scaling by it rounds nothing. Missing numbers do not count.
  ///
  /// ```swift
  /// let scale = numbers.squareScale
  /// let deviation = plainDeviation(scale == 1 ? numbers : numbers.map { $0 * scale }) / scale
  /// ```
  public var squareScale: Double {
    let greatest = reduce(0) { $1.magnitude > $0 ? $1.magnitude : $0 }
    guard greatest > 0, greatest.isFinite, abs(greatest.exponent) > 400 else { return 1 }
    // Subnormal numbers lie below the least exponent that a scale can have.
    return Double(sign: .plus, exponent: Swift.min(-Int(greatest.exponent), 1000), significand: 1)
  }
}
