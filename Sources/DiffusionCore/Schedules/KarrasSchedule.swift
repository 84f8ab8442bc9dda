import Foundation

/// The EDM schedule: σ^(1/ρ) goes evenly from σmin to σmax while the signal stays 1.
///
/// Source: T. Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022,
/// equation 5 (levels) and table 1 (loss weight).
public struct KarrasSchedule: NoiseSchedule {
  /// σ at u = 0.
  public let minimumSigma: Double
  /// σ at u = 1.
  public let maximumSigma: Double
  /// ρ: how much levels crowd near the data; 1 is even.
  public let exponent: Double
  /// The standard deviation of the data, for the loss weight.
  public let dataSigma: Double

  /// Makes the schedule; the defaults are the paper's, with standardised data.
  ///
  /// - Precondition: 0 < `minimumSigma` < `maximumSigma`, `exponent` and `dataSigma` above 0.
  public init(
    minimumSigma: Double = 0.002, maximumSigma: Double = 80, exponent: Double = 7, dataSigma: Double = 1
  ) {
    precondition(minimumSigma > 0 && minimumSigma < maximumSigma, "σ must satisfy 0 < minimum < maximum")
    precondition(exponent > 0 && dataSigma > 0, "ρ and the data's σ must be above 0")
    self.minimumSigma = minimumSigma
    self.maximumSigma = maximumSigma
    self.exponent = exponent
    self.dataSigma = dataSigma
  }

  /// The scales at a time: signal 1.
  public func level(at u: Double) -> NoiseLevel {
    let low = pow(minimumSigma, 1 / exponent)
    let high = pow(maximumSigma, 1 / exponent)
    return .varianceExploding(sigma: pow(low + u * (high - low), exponent))
  }

  /// The inverse, by the root.
  public func time(logSNR: Double) -> Double {
    let low = pow(minimumSigma, 1 / exponent)
    let high = pow(maximumSigma, 1 / exponent)
    return min(1, max(0, (exp(-logSNR / 2 / exponent) - low) / (high - low)))
  }

  /// (σ² + σd²) / (σσd)²: every level's loss starts at 1 with the paper's preconditioning.
  public func lossWeight(at u: Double) -> Double {
    Preconditioning(dataSigma: dataSigma).lossWeight(sigma: level(at: u).sigma)
  }
}
