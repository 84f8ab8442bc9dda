import Foundation

/// How cells are masked over time in absorbing diffusion: the keep-probability falls from exactly 1 to exactly 0.
///
/// Continuous cells, where a table has them beside masked ones, get the variance-preserving level with signal² equal
/// to the keep-probability.
///
/// Source: S. Sahoo et al., "Simple and effective masked diffusion language models", NeurIPS 2024 (MDLM), equation 10
/// and appendix on schedules; the cosine is that of H. Chang et al., "MaskGIT", CVPR 2022, section 3.3.
public struct MaskingSchedule: NoiseSchedule {
  /// The curve of the keep-probability.
  public enum Curve: String, Sendable, Codable, CaseIterable {
    /// 1 − u: as many cells are revealed at each evaluation.
    case linear
    /// 1 − sin(πu/2): few cells first, many last, as seen by a sampler going from u = 1 down to 0.
    case cosine
  }

  /// The curve of the keep-probability.
  public let curve: Curve

  /// Makes the schedule.
  public init(_ curve: Curve = .linear) { self.curve = curve }

  /// The probability that a cell shows its value.
  public func keepProbability(at u: Double) -> Double {
    switch curve {
    case .linear: 1 - u
    case .cosine: Self.kept(at: u)
    }
  }

  // 1 − sin(πu/2) = 2 sin²(π(1 − u)/4), exact at both ends.
  private static func kept(at u: Double) -> Double {
    let s = sin(.pi * (1 - u) / 4)
    return u <= 0 ? 1 : 2 * s * s
  }

  private func masked(at u: Double) -> Double {
    switch curve {
    case .linear: u
    case .cosine: u >= 1 ? 1 : sin(.pi * u / 2)
    }
  }

  /// The scales of continuous cells at a time: variance preserving.
  public func level(at u: Double) -> NoiseLevel {
    NoiseLevel(signal: keepProbability(at: u).squareRoot(), noise: masked(at: u).squareRoot())
  }

  /// The inverse, from the masked share.
  public func time(logSNR: Double) -> Double {
    let masked = 1 / (1 + exp(logSNR))
    switch curve {
    case .linear: return masked
    case .cosine:
      // asin(m) = 2 asin(√((1 − √(1 − m²)) / 2)) loses digits near m = 1; 1 − u = 4/π asin(√(keep / 2)) does not.
      let keep = 1 / (1 + exp(-logSNR))
      return keep < 0.5 ? 1 - 4 / .pi * asin((keep / 2).squareRoot()) : asin(masked) * 2 / .pi
    }
  }

  /// −keep′ / (1 − keep): with it the cross-entropy of masked cells bounds the negative log-likelihood
  /// (MDLM, equation 10).
  public func lossWeight(at u: Double) -> Double {
    switch curve {
    case .linear: 1 / u
    case .cosine: .pi / 2 * cos(.pi * u / 2) / sin(.pi * u / 2)
    }
  }
}
