import Tensors

/// Draws each level from the Gaussian posterior given the one before and the predicted clean value: DDPM's sampler.
///
/// Source: J. Ho, A. Jain, P. Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, algorithm 2 with
/// equations 6 and 7, here for any signal and noise scales and for paths that skip steps.
public struct AncestralSampler: Sampler, Equatable {
  /// Which of the paper's two variances is drawn (section 3.2).
  public enum Variance: String, Sendable, Codable, CaseIterable {
    /// β̃, exact for data that are a single point.
    case posterior
    /// β, exact for data that are standard normal; the larger of the two, as TabDDPM draws.
    case forward
  }

  /// Which variance is drawn.
  public let variance: Variance

  /// Makes the sampler.
  public init(variance: Variance = .posterior) { self.variance = variance }

  /// Walks the path.
  public func sample(
    from start: Tensor, along path: [NoiseLevel], random: inout RandomStream,
    denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor
  ) throws -> Tensor {
    try walk(from: start, along: path, denoise: denoise) { x, clean, level, next in
      let ratio = next.sigma / level.sigma
      let scale = level.signal / next.signal
      // One forward step next → level: x = scale · x' + √forward z.
      let forward = level.noise * level.noise - scale * scale * next.noise * next.noise
      // Mean of q(x' | x, x̂₀), equation 7: b'²·scale/b² · x + a'·forward/b² · x̂₀
      let total = level.noise * level.noise
      let mean = combine(x, next.noise * next.noise * scale / total, clean, next.signal * forward / total)
      guard next.noise > 0 else { return mean }
      let deviation =
        switch variance {
        case .posterior: next.noise * max(0, 1 - ratio * ratio).squareRoot()
        case .forward: max(0, forward).squareRoot()
        }
      return combine(mean, 1, gaussian(shape: x.shape, deviation: deviation, random: &random), 1)
    }
  }
}
