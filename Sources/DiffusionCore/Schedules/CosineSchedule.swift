import Foundation

/// Noise that grows gently at both ends: ᾱ(u) ∝ cos²(π/2 · (u + s) / (1 + s)).
///
/// ᾱ is kept above a floor of 1e-9, so that the signal never quite dies, as the clip of β at .999 does in steps.
///
/// Source: A. Nichol, P. Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021, equation 17.
/// For T steps see ``SteppedSchedule/cosine(steps:offset:maximumBeta:)``.
public struct CosineSchedule: NoiseSchedule {
  /// s, the offset that keeps the first steps from being too small.
  public let offset: Double
  private static let floor = 1e-9

  /// Makes the schedule; the default is the paper's.
  ///
  /// - Precondition: `offset` ≥ 0.
  public init(offset: Double = 0.008) {
    precondition(offset >= 0, "the offset must not be negative")
    self.offset = offset
  }

  /// The paper's ᾱ, without a floor.
  public static func cumulative(at u: Double, offset: Double = 0.008) -> Double {
    let first = cos(offset / (1 + offset) * .pi / 2)
    let now = cos((u + offset) / (1 + offset) * .pi / 2)
    return (now * now) / (first * first)
  }

  /// The scales at a time: variance preserving.
  public func level(at u: Double) -> NoiseLevel {
    let a0 = offset / (1 + offset) * .pi / 2
    let a = (u + offset) / (1 + offset) * .pi / 2
    let c0 = cos(a0)
    let raw = u >= 1 ? 0 : cos(a) * cos(a) / (c0 * c0)
    // 1 − raw without cancellation near the data: cos²a₀ − cos²a = sin(a − a₀) sin(a + a₀).
    let gone = u >= 1 ? 1 : sin(a - a0) * sin(a + a0) / (c0 * c0)
    return NoiseLevel(
      signal: (Self.floor + (1 - Self.floor) * raw).squareRoot(), noise: ((1 - Self.floor) * gone).squareRoot())
  }

  /// The inverse, by the arc cosine.
  public func time(logSNR: Double) -> Double {
    let a0 = offset / (1 + offset) * .pi / 2
    // 1 − raw = (1 − ᾱ) / (1 − floor)
    let gone = min(1, 1 / (1 + exp(logSNR)) / (1 - Self.floor))
    // sin²a = sin²a₀ + gone · cos²a₀
    let s0 = sin(a0)
    let c0 = cos(a0)
    let a = atan2((s0 * s0 + gone * c0 * c0).squareRoot(), (1 - gone).squareRoot() * c0)
    return min(1, max(0, a / (.pi / 2) * (1 + offset) - offset))
  }

  /// signal² / noise²: the plain squared error of the noise (DDPM's L_simple).
  public func lossWeight(at u: Double) -> Double { exp(level(at: u).logSNR) }
}
