extension Int {
  /// The whole number next to zero of a number, which may be anything: the nearer end of the range for one beyond it, and
  /// 0 for one that is missing.
  ///
  /// ```swift
  /// Int(clamping: 2.9)       // 2
  /// Int(clamping: 1e300)     // Int.max
  /// Int(clamping: .nan)      // 0
  /// ```
  public init(clamping value: Double) {
    // 2^63 is the first number above the range; its negative is the range's lower end.
    if value.isNaN {
      self = 0
    } else if value >= 0x1p63 {
      self = .max
    } else {
      self = value <= -0x1p63 ? .min : Int(value)
    }
  }
}

extension Double {
  /// The number as a person writes it: whole numbers below 10¹⁵ without a decimal point, others by the shortest text
  /// that gives the same number.
  public var plainText: String {
    self == rounded() && magnitude < 1e15 ? String(Int(self)) : String(self)
  }
}
