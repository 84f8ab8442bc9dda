import Foundation

extension MultinomialDiffusion {
  /// The bound's terms for predicted logits, with their gradient.
  public struct Loss: Sendable, Equatable {
    /// For each variable of each row: the divergence of the predicted from the true posterior at t > 1, and
    /// −ln p(c₀ | c₁) at t = 1. In nats. `[batch, variables]`
    public let values: [Float]
    /// The derivative of the sum of ``values`` by the logits. `[batch, width]`
    public let gradient: [Float]
  }

  /// L_t of the variational bound: KL( q(c_{t−1} | c_t, c₀) ‖ p(c_{t−1} | c_t, ĉ₀) ) with ĉ₀ = softmax(logits).
  ///
  /// The gradient is in closed form. With g = ᾱ_{t−1} ĉ₀ + (1 − ᾱ_{t−1})/K, true posterior q and predicted p, it is
  /// w ⊙ (p − q) − ĉ₀ Σ w ⊙ (p − q), where w = ᾱ_{t−1} ĉ₀ / g lies in 0 ... 1.
  ///
  /// Source: Hoogeboom et al. 2021, section 4.
  ///
  /// - Parameters:
  ///   - logits: `[batch, width]`
  ///   - clean: c₀. `[batch, variables]`
  ///   - noisy: c_t. `[batch, variables]`
  ///   - steps: t for each row, 1 ... T. `[batch]`
  public func loss(logits: [Float], clean: [Int32], noisy: [Int32], steps: [Int]) -> Loss {
    let logPredicted = logSoftmax(logits)
    let truth = logPosterior(logOneHot(clean), noisy: noisy, steps: steps)
    let model = logPosterior(logPredicted, noisy: noisy, steps: steps)
    var values: [Float] = []
    var gradient = Array(repeating: Float(0), count: logits.count)
    forEachVariable(batch: steps.count) { row, _, cells in
      let t = steps[row]
      let uniform = logCumulativeReplace[t - 1] - log(Float(cells.count))
      var divergence: Float = 0
      var pull: Float = 0
      for i in cells {
        let q = exp(truth[i])
        divergence += q * (truth[i] - model[i])
        let kept = logPredicted[i] + logCumulativeKeep[t - 1]
        gradient[i] = exp(kept - logAdd(kept, uniform)) * (exp(model[i]) - q)
        pull += gradient[i]
      }
      for i in cells { gradient[i] -= exp(logPredicted[i]) * pull }
      values.append(divergence)
    }
    return Loss(values: values, gradient: gradient)
  }

  /// The bound's last term for each variable of each row: KL( q(c_T | c₀) ‖ uniform ), which no model changes.
  ///
  /// - Parameter clean: c₀. `[batch, variables]`
  /// - Returns: nats. `[batch, variables]`
  public func priorLoss(clean: [Int32]) -> [Float] {
    let batch = clean.count / max(1, layout.variables)
    let last = logMarginal(logOneHot(clean), steps: Array(repeating: steps, count: batch))
    var values: [Float] = []
    forEachVariable(batch: batch) { _, _, cells in
      let logClasses = log(Float(cells.count))
      values.append(cells.reduce(0) { $0 + exp(last[$1]) * (last[$1] + logClasses) })
    }
    return values
  }
}
