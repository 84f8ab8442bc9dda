import Foundation

/// Noise that grows geometrically while the signal stays 1: σ(u) = σmin (σmax / σmin)^u.
///
/// Source: Y. Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021,
/// equation 31.
public struct VarianceExplodingSchedule: NoiseSchedule {
  /// σ at u = 0.
  public let minimumSigma: Double
  /// σ at u = 1.
  public let maximumSigma: Double

  /// Makes the schedule; the defaults are the paper's for standardised data.
  ///
  /// - Precondition: 0 < `minimumSigma` < `maximumSigma`.
  public init(minimumSigma: Double = 0.01, maximumSigma: Double = 50) {
    precondition(minimumSigma > 0 && minimumSigma < maximumSigma, "σ must satisfy 0 < minimum < maximum")
    self.minimumSigma = minimumSigma
    self.maximumSigma = maximumSigma
  }

  /// The scales at a time: signal 1.
  public func level(at u: Double) -> NoiseLevel {
    .varianceExploding(sigma: minimumSigma * pow(maximumSigma / minimumSigma, u))
  }

  /// The inverse, by logarithms.
  public func time(logSNR: Double) -> Double {
    min(1, max(0, (-logSNR / 2 - log(minimumSigma)) / log(maximumSigma / minimumSigma)))
  }

  /// 1 / σ²: the paper's λ(u) = σ² on the score.
  public func lossWeight(at u: Double) -> Double { exp(level(at: u).logSNR) }
}
