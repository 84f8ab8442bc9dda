import Foundation

/// Noise whose ᾱ falls along a piece of the logistic curve.
///
/// ᾱ is kept above a floor of 1e-9, as in the source.
///
/// Source: T. Chen, "On the importance of noise scheduling for diffusion models", 2023, algorithm 1
/// (`sigmoid_schedule`, defaults start −3, end 3, temperature 1).
public struct SigmoidSchedule: NoiseSchedule {
  /// Where on the logistic curve u = 0 lies.
  public let start: Double
  /// Where on the logistic curve u = 1 lies.
  public let end: Double
  /// τ: smaller is steeper.
  public let temperature: Double
  private static let floor = 1e-9

  /// Makes the schedule; the defaults are the paper's.
  ///
  /// - Precondition: `start` < `end`, `temperature` > 0.
  public init(start: Double = -3, end: Double = 3, temperature: Double = 1) {
    precondition(start < end && temperature > 0, "the sigmoid must satisfy start < end and temperature > 0")
    self.start = start
    self.end = end
    self.temperature = temperature
  }

  private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x / temperature)) }

  /// The scales at a time: variance preserving.
  public func level(at u: Double) -> NoiseLevel {
    let span = logistic(end) - logistic(start)
    let gone = (logistic(start + u * (end - start)) - logistic(start)) / span
    let raw = (logistic(end) - logistic(start + u * (end - start))) / span
    return NoiseLevel(
      signal: (Self.floor + (1 - Self.floor) * raw).squareRoot(), noise: ((1 - Self.floor) * gone).squareRoot())
  }

  /// The inverse, by the logit.
  public func time(logSNR: Double) -> Double {
    let gone = 1 / (1 + exp(logSNR)) / (1 - Self.floor)
    let value = logistic(start) + gone * (logistic(end) - logistic(start))
    if value >= logistic(end) { return 1 }
    let x = temperature * (log(value) - log1p(-value))
    return min(1, max(0, (x - start) / (end - start)))
  }

  /// signal² / noise²: the plain squared error of the noise (DDPM's L_simple).
  public func lossWeight(at u: Double) -> Double { exp(level(at: u).logSNR) }
}
