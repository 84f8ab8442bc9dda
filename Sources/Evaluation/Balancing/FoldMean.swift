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
    guard let first = known.first else { return Figure(notApplicable: "no fold has the classes that it needs") }
    guard known.count > 1, let (mean, deviation) = Repeats.moments(known) else { return Figure(first) }
    let reach =
      Repeats.quantile(degrees: known.count - 1) * deviation * (1 / Double(known.count) + ratio).squareRoot()
    return Figure(mean, interval: .init(around: mean, below: reach, above: reach, within: range))
  }
}
