import Foundation
import NeuralNetworks

/// Draws from softmax(logits).
enum Categorical {
  /// A code by inversion among the allowed ones, and the probability of all that are allowed, once the impossible ones
  /// are left out of account.
  static func draw(
    _ logits: UnsafePointer<Float>, _ count: Int, allowed: [Bool]?, excluding: Int, impossible: [Bool]? = nil,
    _ uniform: Float
  ) -> (code: Int, mass: Float) {
    var top = logits[0]
    for i in 1..<max(count, 1) { top = max(top, logits[i]) }
    func can(_ i: Int) -> Bool { impossible == nil || !impossible![i] }
    func may(_ i: Int) -> Bool { i != excluding && (allowed == nil || allowed![i]) && can(i) }
    var sum: Float = 0, all: Float = 0, last = 0
    for i in 0..<count {
      let weight = exp(logits[i] - top)
      if can(i) { all += weight }
      if may(i) { sum += weight; last = i }
    }
    var left = uniform * sum
    for i in 0..<count where may(i) {
      left -= exp(logits[i] - top)
      if left < 0 { return (i, sum / all) }
    }
    return (last, sum / all)
  }
}

/// A mixture of Gaussians as the network gives it: logits, means, log deviations.
struct GaussianMixture {
  private let parameters: UnsafePointer<Float>
  private let components: Int
  var logits: UnsafePointer<Float> { parameters }
  var count: Int { components }
  /// What the last components stand beside.
  private let anchors: [Float]

  init(_ parameters: UnsafePointer<Float>, components: Int, anchors: [Float] = []) {
    self.parameters = parameters
    self.components = components
    self.anchors = anchors
  }

  func mean(_ k: Int) -> Float {
    let alone = components - anchors.count, given = parameters[components + k]
    return k < alone ? given : anchors[k - alone] + given * deviation(k)
  }
  func deviation(_ k: Int) -> Float {
    exp(
      min(
        max(parameters[2 * components + k], LossTerm.logDeviationRange.lowerBound),
        LossTerm.logDeviationRange.upperBound))
  }

  /// The logarithm of the density at a score, up to a constant of its own that mixtures share.
  func logDensity(_ score: Float) -> Float {
    var top = parameters[0]
    for k in 1..<components { top = max(top, parameters[k]) }
    var sum: Float = 0, weights: Float = 0
    for k in 0..<components {
      let weight = exp(parameters[k] - top), distance = (score - mean(k)) / deviation(k)
      weights += weight
      sum += weight / deviation(k) * exp(-distance * distance / 2)
    }
    return log(max(sum / weights, .leastNormalMagnitude))
  }

  /// A draw within bounds, and the probability of the bounds.
  func draw(within bounds: ClosedRange<Float>?, _ random: inout RandomStream) -> (score: Float, mass: Float) {
    guard let bounds else {
      let k = Categorical.draw(parameters, components, allowed: nil, excluding: -1, random.uniform()).code
      return (mean(k) + deviation(k) * random.normal(), 1)
    }
    // Within each component by inversion of the normal distribution between the bounds.
    var top = parameters[0], sum = 0.0, total = 0.0
    for k in 1..<components { top = max(top, parameters[k]) }
    let shares = (0..<components).map { k -> (low: Double, high: Double, weight: Double) in
      let weight = Double(exp(parameters[k] - top))
      let low = NormalDistribution.cumulative(Double((bounds.lowerBound - mean(k)) / deviation(k)))
      let high = NormalDistribution.cumulative(Double((bounds.upperBound - mean(k)) / deviation(k)))
      total += weight
      sum += weight * (high - low)
      return (low, high, weight * (high - low))
    }
    guard sum > 1e-12 * total else {
      return (bounds.lowerBound + random.uniform() * (bounds.upperBound - bounds.lowerBound), Float(1e-12))
    }
    var left = random.uniformDouble() * sum, k = 0
    while k < components - 1, left >= shares[k].weight {
      left -= shares[k].weight
      k += 1
    }
    let share = shares[k].low + random.uniformDouble() * (shares[k].high - shares[k].low)
    let score = mean(k) + deviation(k) * Float(NormalDistribution.quantile(min(max(share, 1e-12), 1 - 1e-12)))
    return (min(max(score, bounds.lowerBound), bounds.upperBound), Float(sum / total))
  }
}
