import Foundation

/// Noise whose rate β(u) grows linearly, in continuous time: ᾱ(u) = exp(−β₀u − (β₁ − β₀)u²/2).
///
/// Source: Y. Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021,
/// equation 33: the limit of DDPM's linear β (Ho et al. 2020) for many steps. For T steps see ``SteppedSchedule``.
public struct LinearBetaSchedule: NoiseSchedule {
  /// The rate at u = 0, above 0.
  public let minimumRate: Double
  /// The rate at u = 1, at least the minimum.
  public let maximumRate: Double

  /// Makes the schedule; the defaults are the paper's.
  ///
  /// - Precondition: 0 < `minimumRate` ≤ `maximumRate`.
  public init(minimumRate: Double = 0.1, maximumRate: Double = 20) {
    precondition(
      minimumRate > 0 && minimumRate <= maximumRate, "rates must satisfy 0 < minimum ≤ maximum")
    self.minimumRate = minimumRate
    self.maximumRate = maximumRate
  }

  /// −ln ᾱ, the integral of the rate.
  private func exponent(_ u: Double) -> Double { u * (minimumRate + (maximumRate - minimumRate) * u / 2) }

  /// The scales at a time: variance preserving.
  public func level(at u: Double) -> NoiseLevel {
    let b = exponent(u)
    return NoiseLevel(signal: exp(-b / 2), noise: (-expm1(-b)).squareRoot())
  }

  /// The inverse, from the quadratic.
  public func time(logSNR: Double) -> Double {
    // −ln ᾱ = ln(1 + e^−λ), kept finite for large −λ.
    let b = logSNR > 0 ? log1p(exp(-logSNR)) : log1p(exp(logSNR)) - logSNR
    let slope = maximumRate - minimumRate
    // The stable root of slope/2 u² + minimum u − b = 0.
    let u = 2 * b / (minimumRate + (minimumRate * minimumRate + 2 * slope * b).squareRoot())
    return u.isNaN ? 1 : min(1, max(0, u))
  }

  /// signal² / noise²: the plain squared error of the noise (DDPM's L_simple).
  public func lossWeight(at u: Double) -> Double { exp(level(at: u).logSNR) }
}
