import Tensors

/// The implicit sampler: from deterministic (η = 0, equal to Euler's method) to as noisy as ancestral sampling (η = 1).
///
/// Source: J. Song, C. Meng, S. Ermon, "Denoising diffusion implicit models", ICLR 2021, equations 12 and 16, here
/// for any signal and noise scales.
public struct DDIMSampler: Sampler, Equatable {
  /// η, the share of the posterior's deviation that is drawn afresh, 0 ... 1.
  public let eta: Double

  /// Makes the sampler.
  ///
  /// - Precondition: η in 0 ... 1.
  public init(eta: Double = 0) {
    precondition((0...1).contains(eta), "η must be in 0 ... 1")
    self.eta = eta
  }

  /// Walks the path.
  public func sample(
    from start: Tensor, along path: [NoiseLevel], random: inout RandomStream,
    denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor
  ) throws -> Tensor {
    try walk(from: start, along: path, denoise: denoise) { x, clean, level, next in
      let ratio = next.sigma / level.sigma
      let fresh = eta * next.noise * max(0, 1 - ratio * ratio).squareRoot()
      // x' = a' x̂₀ + √(b'² − fresh²) ε̂ + fresh z, with ε̂ = (x − a x̂₀) / b
      let kept = max(0, next.noise * next.noise - fresh * fresh).squareRoot() / level.noise
      let moved = combine(x, kept, clean, next.signal - kept * level.signal)
      return fresh > 0 ? combine(moved, 1, gaussian(shape: x.shape, deviation: fresh, random: &random), 1) : moved
    }
  }
}
