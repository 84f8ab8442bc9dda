import Foundation
import Tensors

/// Heun's method on the probability flow: second order, deterministic unless it churns, that is, adds a little
/// fresh noise before each step to wash out earlier errors.
///
/// Source: T. Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022,
/// algorithm 2 (algorithm 1 when the churn is 0).
public struct HeunSampler: Sampler, Equatable {
  /// S_churn: how much noise is added over the whole path, in units of σ; 0 adds none.
  public let churn: Double
  /// S_tmin ... S_tmax: the σ at which noise is added.
  public let churnRange: ClosedRange<Double>
  /// S_noise: the deviation of the added noise, 1 or a little more.
  public let churnNoise: Double

  /// Makes the sampler.
  ///
  /// - Precondition: `churn` ≥ 0.
  public init(churn: Double = 0, churnRange: ClosedRange<Double> = 0...(.infinity), churnNoise: Double = 1) {
    precondition(churn >= 0, "the churn must not be negative")
    self.churn = churn
    self.churnRange = churnRange
    self.churnNoise = churnNoise
  }

  /// Twice a step, but for a last step to no noise.
  public var evaluationsPerStep: Int { 2 }

  /// Walks the path.
  public func sample(
    from start: Tensor, along path: [NoiseLevel], random: inout RandomStream,
    denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor
  ) throws -> Tensor {
    checkPath(path)
    // Churned levels lie between those of the path; they are of its family.
    let keepsSignal = path[0].signal == 1
    let gamma = min(churn / Double(path.count - 1), 2.0.squareRoot() - 1)
    var x = start
    for (given, next) in zip(path, path.dropFirst()) {
      var level = given
      if gamma > 0, churnRange.contains(given.sigma) {
        let sigma = given.sigma * (1 + gamma)
        level = keepsSignal ? .varianceExploding(sigma: sigma) : .variancePreserving(sigma: sigma)
        let added = (sigma * sigma - given.sigma * given.sigma).squareRoot() * churnNoise * level.signal
        let noise = gaussian(shape: x.shape, deviation: added, random: &random)
        x = combine(x, level.signal / given.signal, noise, 1)
      }
      let clean = try denoise(x, level)
      let ratio = next.sigma / level.sigma
      let scale = next.signal / level.signal
      let euler = combine(x, scale * ratio, clean, next.signal * (1 - ratio))
      if next.noise == 0 {
        x = euler
        continue
      }
      let second = try denoise(euler, next)
      // y' = y + (σ' − σ)/2 · ((y − x̂₀)/σ + (y₁ − x̂₁)/σ'), where y₁ is Euler's point
      let half = (ratio - 1) / 2
      let halfBack = (1 - 1 / ratio) / 2
      let first = combine(x, scale * (1 + half), clean, -next.signal * half)
      x = combine(combine(first, 1, euler, halfBack), 1, second, -next.signal * halfBack)
    }
    return x
  }
}
