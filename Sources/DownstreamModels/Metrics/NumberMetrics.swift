extension Metrics {
  /// The coefficient of determination, 1 − Σ (y − ŷ)² / Σ (y − ȳ)²: nil where the observed numbers do not vary.
  public static func r2(_ predicted: [Double], observed: [Double]) -> Double? {
    guard !observed.isEmpty else { return nil }
    let mean = observed.reduce(0) { $0 + $1 / Double(observed.count) }
    let spread = observed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard spread > 0, spread.isFinite else { return nil }
    let result = 1 - zip(predicted, observed).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / spread
    return result.isFinite ? result : nil
  }

  /// The root of the mean squared error.
  public static func rmse(_ predicted: [Double], observed: [Double]) -> Double? {
    guard !observed.isEmpty else { return nil }
    let sum = zip(predicted, observed).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return sum.isFinite ? (sum / Double(observed.count)).squareRoot() : nil
  }

  /// The mean absolute error.
  public static func mae(_ predicted: [Double], observed: [Double]) -> Double? {
    guard !observed.isEmpty else { return nil }
    let sum = zip(predicted, observed).reduce(0) { $0 + abs($1.0 - $1.1) }
    return sum.isFinite ? sum / Double(observed.count) : nil
  }
}
