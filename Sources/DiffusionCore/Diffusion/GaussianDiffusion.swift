import Foundation

/// Gaussian diffusion in T steps: every coefficient of DDPM's forward process and posterior, in double precision.
///
/// Steps are counted as in the paper: t = 1 ... T are noisy, t = 0 is data, and arrays are indexed by t.
///
/// Source: J. Ho, A. Jain, P. Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, equations 4 to 7.
public struct GaussianDiffusion: Sendable, Equatable {
  /// The rates and ᾱ.
  public let schedule: SteppedSchedule
  /// β_t; 0 at t = 0.
  public let beta: [Double]
  /// ᾱ_t, the product of 1 − β up to t; 1 at t = 0.
  public let cumulative: [Double]
  /// √ᾱ_t: the factor of x₀ in x_t.
  public let signal: [Double]
  /// √(1 − ᾱ_t): the factor of ε in x_t.
  public let noise: [Double]
  /// The factor of x₀ in the mean of q(x_{t−1} | x_t, x₀) (equation 7); 1 at t = 0 and 1.
  public let posteriorClean: [Double]
  /// The factor of x_t in that mean; 0 at t = 0 and 1.
  public let posteriorNoisy: [Double]
  /// β̃_t, the variance of q(x_{t−1} | x_t, x₀) (equation 7); 0 at t = 0 and 1.
  public let posteriorVariance: [Double]

  /// Computes the coefficients of a schedule.
  public init(schedule: SteppedSchedule) {
    self.schedule = schedule
    let levels = (0...schedule.steps).map { schedule.level(step: $0) }
    beta = [0] + schedule.betas
    cumulative = schedule.logCumulative.map { exp($0) }
    signal = levels.map(\.signal)
    noise = levels.map(\.noise)
    var clean = [1.0]
    var noisy = [0.0]
    var variance = [0.0]
    for t in 1...schedule.steps {
      let gone = -expm1(schedule.logCumulative[t])
      let goneBefore = -expm1(schedule.logCumulative[t - 1])
      clean.append(levels[t - 1].signal * schedule.betas[t - 1] / gone)
      noisy.append((1 - schedule.betas[t - 1]).squareRoot() * goneBefore / gone)
      variance.append(schedule.betas[t - 1] * goneBefore / gone)
    }
    posteriorClean = clean
    posteriorNoisy = noisy
    posteriorVariance = variance
  }

  /// T.
  public var steps: Int { schedule.steps }

  /// The level after t steps, t in 0 ... T.
  public func level(step t: Int) -> NoiseLevel { NoiseLevel(signal: signal[t], noise: noise[t]) }

  /// The variance drawn on the way from t to t − 1. `forward` is β_t, as TabDDPM draws, and 0 at t = 1, where
  /// nothing is drawn.
  public func samplingVariance(step t: Int, _ variance: AncestralSampler.Variance) -> Double {
    if t <= 1 { return 0 }
    return variance == .posterior ? posteriorVariance[t] : beta[t]
  }

  /// The levels of the whole path, from T down to 0, for a ``Sampler``.
  public var path: [NoiseLevel] { (0...steps).reversed().map { level(step: $0) } }
}
