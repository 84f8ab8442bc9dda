extension Collection where Element == Double {
  /// The mean of numbers, of which there is at least one. It is finite where they are: where their sum overflows, each
  /// counts by its share.
  ///
  /// ```swift
  /// [1.5e308, 1.7e308].average   // 1.6e308
  /// ```
  public var average: Double {
    let count = Double(self.count), mean = reduce(0, +) / count
    return mean.isFinite ? mean : reduce(0) { $0 + $1 / count }
  }
}
