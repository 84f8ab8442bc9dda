import Foundation
import Tensors

/// Classifier-free guidance of one slot's draw: from p(slot | visible, conditions)^(1 + w) / p(slot | visible)^w, w being
/// the weight. The second distribution comes from the same network, which in training has seen all slots masked, those
/// of conditions too: so guidance needs no training of its own.
///
/// Source: J. Ho, T. Salimans, "Classifier-free diffusion guidance", 2022, section 3.2. Codes are drawn from the guided
/// distribution itself; a density is drawn some times from the conditional one, and one of the draws is taken with the
/// odds that are left (sampling-importance resampling: D. Rubin, 1988).
struct SlotGuidance: Sendable {
  /// How far draws go beyond the conditions: 0 not at all.
  var weight: Double
  private static let draws = 16

  init(weight: Double) { self.weight = weight }

  /// The logits of a code.
  func logits(_ given: UnsafePointer<Float>, beside free: UnsafePointer<Float>, count: Int) -> [Float] {
    let weight = Float(weight)
    // Logits are log-probabilities up to a constant, which cancels.
    return (0..<count).map { given[$0] + weight * (given[$0] - free[$0]) }
  }

  /// A draw from a density within bounds, and the probability of the bounds without guidance.
  func draw(
    _ given: GaussianMixture, beside free: GaussianMixture, _ bounds: ClosedRange<Float>?, _ random: inout RandomStream
  ) -> (score: Float, mass: Float) {
    let draws = (0..<Self.draws).map { _ in given.draw(within: bounds, &random) }
    let odds = draws.map { Float(weight) * (given.logDensity($0.score) - free.logDensity($0.score)) }
    let taken = odds.withUnsafeBufferPointer {
      Categorical.draw($0.baseAddress!, draws.count, allowed: nil, excluding: -1, random.uniform()).code
    }
    return draws[taken]
  }
}
