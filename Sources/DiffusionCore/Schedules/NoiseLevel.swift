import Foundation

/// How noisy a continuous cell is: x = signal · x₀ + noise · ε with ε ~ N(0, 1).
public struct NoiseLevel: Sendable, Equatable, Codable {
  /// The factor of the clean value, 0 ... 1.
  public let signal: Double
  /// The standard deviation of the added noise, 0 or more.
  public let noise: Double

  /// Makes a level from its two scales.
  public init(signal: Double, noise: Double) {
    self.signal = signal
    self.noise = noise
  }

  /// The level with signal 1 and the given noise (EDM, variance exploding).
  public static func varianceExploding(sigma: Double) -> NoiseLevel { NoiseLevel(signal: 1, noise: sigma) }

  /// The level with signal² + noise² = 1 (DDPM, variance preserving) at a ratio noise / signal.
  public static func variancePreserving(sigma: Double) -> NoiseLevel {
    guard sigma.isFinite else { return NoiseLevel(signal: 0, noise: 1) }
    let norm = hypot(1, sigma)
    return NoiseLevel(signal: 1 / norm, noise: sigma / norm)
  }

  /// No noise at all.
  public static let clean = NoiseLevel(signal: 1, noise: 0)

  /// noise / signal: the standard deviation of the noise in units of the clean value; infinite without signal.
  public var sigma: Double { noise / signal }

  /// ln(signal² / noise²): infinite without noise, minus infinity without signal.
  public var logSNR: Double { 2 * (log(signal) - log(noise)) }

  /// signal² / (signal² + noise²): for variance-preserving levels ᾱ.
  public var keepProbability: Double {
    let s = signal * signal
    return s / (s + noise * noise)
  }
}
