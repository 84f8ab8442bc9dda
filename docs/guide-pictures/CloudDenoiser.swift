import DiffusionCore
import Foundation
import Tensors

/// The exact denoiser of a cloud: every point of a table is the middle of a small Gaussian, and all are equally likely.
///
/// E[x₀ | x] is then a weighted mean, in closed form: what a network would learn from the cloud if it were perfect.
/// Source: T. Karras et al., NeurIPS 2022, appendix B, for points without a spread.
struct CloudDenoiser: Denoiser {
  /// The middles. `[points, slots]`
  let points: Tensor
  /// The deviation of each Gaussian; 0 leaves nothing but the points.
  let spread: Double

  func clean(from noisy: Tensor, at level: NoiseLevel, known: KnownCells?) -> Tensor {
    let a = level.signal
    let variance = a * a * spread * spread + level.noise * level.noise
    let count = points.shape[0], slots = points.shape[1]
    var result = noisy
    guard variance > 0 else {
      for i in result.values.indices { result.values[i] /= Float(a) }
      return result
    }
    let gain = a * spread * spread / variance
    for row in 0..<noisy.shape[0] {
      let logs = (0..<count).map { point in
        -(0..<slots).reduce(0.0) { sum, slot in
          let distance = Double(noisy[row, slot]) - a * Double(points[point, slot])
          return sum + distance * distance
        } / (2 * variance)
      }
      let most = logs.max() ?? 0
      let weights = logs.map { exp($0 - most) }
      let total = weights.reduce(0, +)
      for slot in 0..<slots {
        let x = Double(noisy[row, slot])
        let mean = (0..<count).reduce(0.0) { sum, point in
          let middle = Double(points[point, slot])
          return sum + weights[point] * (middle + gain * (x - a * middle))
        }
        result.values[row * slots + slot] = Float(mean / total)
      }
    }
    return known?.imposed(on: result) ?? result
  }
}
