import Tensors

/// Euler's method on the probability flow: first order, deterministic.
///
/// In y = x / signal the flow is dy/dσ = (y − x̂₀) / σ.
///
/// Source: T. Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022,
/// algorithm 1 without its second-order correction.
public struct EulerSampler: Sampler, Equatable {
  /// Makes the sampler.
  public init() {}

  /// Walks the path.
  public func sample(
    from start: Tensor, along path: [NoiseLevel], random: inout RandomStream,
    denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor
  ) throws -> Tensor {
    try walk(from: start, along: path, denoise: denoise) { x, clean, level, next in
      // y' = y + (σ' − σ)(y − x̂₀)/σ = (σ'/σ) y + (1 − σ'/σ) x̂₀
      let ratio = next.sigma / level.sigma
      return combine(x, next.signal / level.signal * ratio, clean, next.signal * (1 - ratio))
    }
  }
}
