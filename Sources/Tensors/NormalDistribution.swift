import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
  /// Φ(z), the share below z.
  public static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// Φ⁻¹(p) to a relative error below 1.2e-9; infinite at 0 and 1.
  ///
  /// Source: P. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
  public static func quantile(_ p: Double) -> Double {
    guard p > 0 else { return -.infinity }
    guard p < 1 else { return .infinity }
    let low = 0.02425
    func tail(_ q: Double) -> Double {
      (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
        + 4.374664141464968) * q + 2.938163982698783)
        / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q
          + 1)
    }
    if p < low { return tail((-2 * log(p)).squareRoot()) }
    if p > 1 - low { return -tail((-2 * log1p(-p)).squareRoot()) }
    let q = p - 0.5, r = q * q
    return
      (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
      + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239) * q
      / (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598869e+02) * r
        + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1)
  }
}
