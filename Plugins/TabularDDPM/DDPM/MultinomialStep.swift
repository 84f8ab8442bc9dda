import DiffusionCore
import Foundation

/// One reverse step of multinomial diffusion for one categorical cell, from step t to an earlier step s.
///
/// With K classes, α = ᾱ_t / ᾱ_s and ĉ₀ = softmax(logits), the posterior is
/// p(c_s = k | c_t, ĉ₀) = l_k g_k / Z, with l_k = α [k = c_t] + (1 − α)/K, g_k = ᾱ_s ĉ₀ₖ + (1 − ᾱ_s)/K and
/// Z = Σ l_k g_k = α g_{c_t} + (1 − α)/K.
///
/// The core's `MultinomialDiffusion` says the same for whole rows in log-space; this works cell by cell in place, for rows
/// of which some cells are known or missing. Everything is a sum of positive terms, so plain probabilities lose nothing,
/// and the divergence needs no logarithm of ĉ₀: the l_k cancel.
///
/// Source: Hoogeboom et al., "Argmax flows and multinomial diffusion", NeurIPS 2021, section 4; Kotelnikov et
/// al., "TabDDPM", ICML 2023, section 3. Steps longer than one are the same algebra (Song et al. 2021, appendix A).
package struct MultinomialStep: Sendable, Equatable {
  /// α, the chance that a class is kept on the way from s to t, and 1 − α.
  let keep: Float, replace: Float
  /// ᾱ_s and 1 − ᾱ_s.
  let clean: Float, uniform: Float

  /// The step from t back to s.
  ///
  /// - Precondition: 0 ≤ s < t ≤ T.
  package init(from t: Int, to s: Int, schedule: SteppedSchedule) {
    precondition(s >= 0 && s < t && t <= schedule.steps, "no step leads from \(t) back to \(s) of \(schedule.steps)")
    let kept = schedule.logCumulative[t] - schedule.logCumulative[s]
    keep = Float(exp(kept))
    replace = Float(-expm1(kept))
    clean = Float(exp(schedule.logCumulative[s]))
    uniform = Float(-expm1(schedule.logCumulative[s]))
  }

  /// KL( q(c_s | c_t, c₀) ‖ p(c_s | c_t, ĉ₀) ) in nats. For s = 0 that is −ln p(c₀ | c_t), the bound's last term.
  ///
  /// The derivative by the logits is v − ĉ₀ Σ v with v = ᾱ_s ĉ₀ (p − q) / g.
  ///
  /// - Parameters:
  ///   - logits: `[size]`.
  ///   - weight: what the derivative is multiplied with.
  ///   - scratch: memory for `size` numbers.
  ///   - slope: where the derivative is written, `[size]`.
  package func divergence(
    _ logits: UnsafePointer<Float>, size: Int, clean target: Int, noisy: Int, weight: Float,
    scratch: UnsafeMutablePointer<Float>, slope: UnsafeMutablePointer<Float>?
  ) -> Float {
    let logTotal = Self.softmax(logits, size, into: scratch)
    let share = replace / Float(size), floor = uniform / Float(size)
    let top = clean + floor
    let z = share + keep * (clean * scratch[noisy] + floor)
    let trueZ = share + keep * (noisy == target ? top : floor)
    /// q(c_s = k | c_t, c₀)
    func truth(_ k: Int) -> Float {
      (k == noisy ? keep + share : share) * (k == target ? top : floor) / trueZ
    }
    let atTarget = truth(target)
    // Σ q ln(g of c₀ / g of ĉ₀) + ln(Z / Z of c₀)
    var value = log(z / trueZ)
    if floor > 0 {
      for k in 0..<size {
        let q = truth(k)
        value += q * log((k == target ? top : floor) / (clean * scratch[k] + floor))
      }
    } else {
      value -= logits[target] - logTotal
    }
    guard let slope else { return value }
    var pull: Float = 0
    for k in 0..<size {
      let g = clean * scratch[k] + floor
      let p = (k == noisy ? keep + share : share) * g / z
      let q = k == target ? atTarget : truth(k)
      let v = floor > 0 ? clean * scratch[k] * (p - q) / g : p - q
      slope[k] = v
      pull += v
    }
    for k in 0..<size { slope[k] = weight * (slope[k] - scratch[k] * pull) }
    return value
  }

  /// Draws c_s from p(c_s | c_t, ĉ₀), by inversion.
  ///
  /// - Parameters:
  ///   - logits: `[size]`; minus infinity rules a class out of ĉ₀.
  ///   - scratch: memory for `size` numbers.
  ///   - random: uniform in 0 ..< 1.
  package func draw(
    _ logits: UnsafePointer<Float>, size: Int, noisy: Int, scratch: UnsafeMutablePointer<Float>, random: Float
  ) -> Int {
    _ = Self.softmax(logits, size, into: scratch)
    let share = replace / Float(size), floor = uniform / Float(size)
    var left = random * (share + keep * (clean * scratch[noisy] + floor))
    var last = noisy
    for k in 0..<size {
      let mass = (k == noisy ? keep + share : share) * (clean * scratch[k] + floor)
      if mass > 0 { last = k }
      left -= mass
      if left < 0 { return k }
    }
    // Rounding may leave a crumb: it belongs to the last class that is possible.
    return last
  }

  /// softmax(logits), and the logarithm of its denominator.
  private static func softmax(
    _ logits: UnsafePointer<Float>, _ size: Int, into result: UnsafeMutablePointer<Float>
  ) -> Float {
    var top = logits[0]
    for k in 1..<max(size, 1) { top = max(top, logits[k]) }
    var total: Float = 0
    for k in 0..<size {
      let value = exp(logits[k] - top)
      result[k] = value
      total += value
    }
    let scale = 1 / total
    for k in 0..<size { result[k] *= scale }
    return top + log(total)
  }
}
