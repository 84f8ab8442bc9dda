import Foundation

/// A schedule whose σ follows a domain-adapted logistic curve with two parameters that training may learn, so that
/// times are spent where the loss changes fastest.
///
/// With s = σ / σmax the time is u = F(s) = 1 / (1 + [s/(1 − s) · e^−m]^−ν).
///
/// Source: M. Mueller et al., "Continuous diffusion for mixed-type tabular data" (CDTD), ICLR 2025, section 3.3 and
/// appendix on the adaptive noise schedule.
public struct LogisticTimeWarp: NoiseSchedule {
  /// σ at u = 1.
  public let maximumSigma: Double
  /// m: the logit of the s at which u is one half.
  public let location: Double
  /// ν: how steep the curve is there, above 0.
  public let steepness: Double
  /// The standard deviation of the data, for the loss weight.
  public let dataSigma: Double

  /// Makes the schedule from its parameters.
  ///
  /// - Precondition: `maximumSigma`, `steepness` and `dataSigma` above 0.
  public init(maximumSigma: Double = 80, location: Double, steepness: Double, dataSigma: Double = 1) {
    precondition(maximumSigma > 0 && steepness > 0 && dataSigma > 0, "σmax, ν and the data's σ must be above 0")
    self.maximumSigma = maximumSigma
    self.location = location
    self.steepness = steepness
    self.dataSigma = dataSigma
  }

  /// Makes the schedule that training starts from: low noise counts `lowNoiseWeight` times as much as high noise.
  public init(lowNoiseWeight: Double = 3, maximumSigma: Double = 80, dataSigma: Double = 1) {
    // m = ln(p / (1 − p)) / ν with p = 1 / (w + 1), and ν = 1.01.
    self.init(
      maximumSigma: maximumSigma, location: -log(lowNoiseWeight) / 1.01, steepness: 1.01, dataSigma: dataSigma)
  }

  /// F(s): the time at which σ / σmax is s, for s in 0 ... 1.
  public func cumulative(_ s: Double) -> Double { 1 / (1 + exp(-steepness * (log(s) - log1p(-s) - location))) }

  /// The derivative of F at s in (0, 1): how much of the time is spent there.
  public func density(_ s: Double) -> Double {
    let f = cumulative(s)
    return steepness * f * (1 - f) / (s * (1 - s))
  }

  /// The scales at a time: signal 1, noise from 0 to σmax.
  public func level(at u: Double) -> NoiseLevel {
    let logit = (log(u) - log1p(-u)) / steepness + location
    return .varianceExploding(sigma: maximumSigma / (1 + exp(-logit)))
  }

  /// The inverse, F.
  public func time(logSNR: Double) -> Double {
    let s = exp(-logSNR / 2) / maximumSigma
    return s >= 1 ? 1 : cumulative(s)
  }

  /// (σ² + σd²) / (σσd)², as for ``KarrasSchedule``.
  public func lossWeight(at u: Double) -> Double {
    Preconditioning(dataSigma: dataSigma).lossWeight(sigma: level(at: u).sigma)
  }
}
