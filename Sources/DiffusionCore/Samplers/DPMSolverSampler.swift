import Foundation
import Tensors

/// DPM-Solver++(2M): second order with one evaluation a step, by reusing the previous prediction. Deterministic.
///
/// The first step and a last step to no noise are of first order, where the step in log-SNR is unknown or infinite.
///
/// Source: C. Lu et al., "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models", 2022,
/// algorithm 2 (multistep, data prediction).
public struct DPMSolverSampler: Sampler, Equatable {
  /// Makes the sampler.
  public init() {}

  /// Walks the path.
  public func sample(
    from start: Tensor, along path: [NoiseLevel], random: inout RandomStream,
    denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor
  ) throws -> Tensor {
    var previous: (clean: Tensor, step: Double)?
    return try walk(from: start, along: path, denoise: denoise) { x, clean, level, next in
      // λ = ln(a / b) = −ln σ; h = λ' − λ > 0
      let step = log(level.sigma) - log(next.sigma)
      var extrapolated = clean
      if let previous, step.isFinite {
        // D = (1 + 1/2r) x̂ᵢ₋₁ − 1/2r x̂ᵢ₋₂ with r = h_before / h
        let half = step / previous.step / 2
        extrapolated = combine(clean, 1 + half, previous.clean, -half)
      }
      // x' = (b'/b) x − a'(e^−h − 1) D
      previous = (clean, step)
      return combine(x, next.noise / level.noise, extrapolated, -next.signal * expm1(-step))
    }
  }
}
