import Foundation

/// How noise grows over diffusion time u ∈ [0, 1]: u = 0 is data, u = 1 is pure noise.
///
/// A schedule is a pure value: everything follows from its few parameters, which is what its coding stores.
/// Laws, checked by `checkNoiseSchedule(_:)` in DiffusionTesting:
/// - monotone: as u grows, σ grows strictly and the keep-probability falls strictly;
/// - ends: at u = 0 at least 98 % of discrete cells are kept, at u = 1 at most 2 %;
/// - inverse: `time(logSNR:)` undoes `level(at:)`, and clamps beyond the ends;
/// - weights are finite and not negative inside (0, 1);
/// - coding and decoding gives an equal value.
public protocol NoiseSchedule: Sendable, Equatable, Codable {
  /// The scales of continuous cells at a time in 0 ... 1.
  func level(at u: Double) -> NoiseLevel

  /// The probability that a discrete cell still shows its clean value at a time in 0 ... 1.
  /// The default is signal² / (signal² + noise²): ᾱ, so that tables with both kinds of cells share one clock.
  func keepProbability(at u: Double) -> Double

  /// The time at which a level has this log signal-to-noise ratio, clamped to 0 ... 1.
  func time(logSNR: Double) -> Double

  /// The weight of the loss at a time in (0, 1), when times are drawn uniformly. For continuous schedules it is
  /// the weight of the squared error of the predicted clean value; for masking schedules that of the cross-entropy
  /// of a masked cell.
  func lossWeight(at u: Double) -> Double
}

extension NoiseSchedule {
  /// signal² / (signal² + noise²) of the level at that time.
  public func keepProbability(at u: Double) -> Double { level(at: u).keepProbability }

  /// The level at u = 0.
  public var cleanest: NoiseLevel { level(at: 0) }

  /// The level at u = 1.
  public var noisiest: NoiseLevel { level(at: 1) }

  /// The time at which noise / signal is σ, clamped to 0 ... 1.
  public func time(sigma: Double) -> Double { time(logSNR: -2 * log(sigma)) }

  /// The time at which discrete cells keep their value with this probability, clamped to 0 ... 1, for schedules
  /// whose keep-probability is signal² / (signal² + noise²).
  public func time(keepProbability: Double) -> Double {
    time(logSNR: log(keepProbability) - log1p(-keepProbability))
  }

  /// The levels that a sampler walks through, from the noisiest to none at all.
  ///
  /// There are `evaluations` + 1 levels. When the schedule ends in exactly no noise, times are even:
  /// u = 1 − i / N. When it ends in a little noise, the last step goes from there to none, as in Karras et al. 2022,
  /// equation 5: u = 1 − i / (N − 1), then σ = 0.
  ///
  /// - Precondition: `evaluations` ≥ 1.
  public func path(evaluations count: Int) -> [NoiseLevel] {
    precondition(count >= 1, "a sampler needs at least one evaluation, not \(count)")
    let endsClean = cleanest.noise == 0
    let last = endsClean ? count : max(1, count - 1)
    let levels = (0..<count).map { level(at: 1 - Double($0) / Double(last)) }
    return levels + [NoiseLevel.clean]
  }
}
