/// The mean of a figure over the folds of repeated cross-validation, with its 95 % interval.
///
/// Folds share most of their rows, so that their figures scatter less than those of fresh tables would: the variance
/// of the mean is taken as (1/n + test/learning) times that of the folds, for n folds with so many rows to test on and to
/// learn from. Source: C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003,
/// section 3.
enum FoldMean {
  /// - Parameters:
  ///   - values: one a fold; nil where the figure does not apply.
  ///   - ratio: rows to test on over rows to learn from.
  ///   - range: what the figure can be; an interval says nothing beyond it.
  static func figure(
    _ values: [Double?], ratio: Double, within range: ClosedRange<Double> = -.infinity ... .infinity
  ) -> Figure {
    let known = values.compactMap(\.self).filter(\.isFinite)
    guard !known.isEmpty else { return Figure(notApplicable: "no fold has the classes that it needs") }
    let count = Double(known.count), mean = known.reduce(0, +) / count
    guard known.count > 1 else { return Figure(mean) }
    let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let reach = Repeats.quantile(degrees: known.count - 1) * (variance * (1 / count + ratio)).squareRoot()
    return Figure(
      mean, interval: .init(low: max(range.lowerBound, mean - reach), high: min(range.upperBound, mean + reach)))
  }
}
