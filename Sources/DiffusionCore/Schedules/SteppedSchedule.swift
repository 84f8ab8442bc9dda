import Foundation

/// Noise added in T discrete steps with rates β₁ ... β_T, as DDPM and TabDDPM do: time u = t / T.
///
/// Between steps ln ᾱ is interpolated linearly, so that the schedule is continuous and can be inverted.
public struct SteppedSchedule: NoiseSchedule {
  /// The share of variance that each step replaces with noise, each in (0, 1); `betas[t - 1]` is β_t.
  public let betas: [Double]
  /// ln ᾱ_t for t = 0 ... T; the first is 0.
  public let logCumulative: [Double]

  /// Makes the schedule from its rates.
  ///
  /// - Precondition: there is at least one rate, and each is in (0, 1).
  public init(betas: [Double]) {
    precondition(
      !betas.isEmpty && betas.allSatisfy { $0 > 0 && $0 < 1 }, "a stepped schedule needs rates, each in (0, 1)")
    self.betas = betas
    var total = 0.0
    logCumulative =
      [0]
      + betas.map { beta in
        total += log1p(-beta)
        return total
      }
  }

  /// DDPM's linear rates: from 1e-4 to .02 at 1,000 steps, scaled by 1,000 / T elsewhere, at most .999.
  ///
  /// Source: J. Ho et al., "Denoising diffusion probabilistic models", NeurIPS 2020, section 4; the scaling is that
  /// of Nichol & Dhariwal 2021 (code).
  public static func linear(steps: Int, maximumBeta: Double = 0.999) -> SteppedSchedule {
    precondition(steps >= 1, "a stepped schedule needs at least one step")
    let scale = 1000 / Double(steps)
    let first = scale * 1e-4
    let last = scale * 0.02
    return SteppedSchedule(
      betas: (0..<steps).map { index in
        // A single step must reach the noise's end.
        let share = steps == 1 ? 1 : Double(index) / Double(steps - 1)
        return min(first + share * (last - first), maximumBeta)
      })
  }

  /// The cosine rates β_t = 1 − ᾱ(t/T) / ᾱ((t − 1)/T), at most .999.
  ///
  /// Source: A. Nichol, P. Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021, equation 17.
  public static func cosine(steps: Int, offset: Double = 0.008, maximumBeta: Double = 0.999) -> SteppedSchedule {
    precondition(steps >= 1, "a stepped schedule needs at least one step")
    return SteppedSchedule(
      betas: (0..<steps).map { index in
        let before = CosineSchedule.cumulative(at: Double(index) / Double(steps), offset: offset)
        let after = CosineSchedule.cumulative(at: Double(index + 1) / Double(steps), offset: offset)
        return min(1 - after / before, maximumBeta)
      })
  }

  /// T.
  public var steps: Int { betas.count }

  /// The level after t steps, t in 0 ... T.
  public func level(step t: Int) -> NoiseLevel { level(logCumulative: logCumulative[t]) }

  private func level(logCumulative value: Double) -> NoiseLevel {
    NoiseLevel(signal: exp(value / 2), noise: (-expm1(value)).squareRoot())
  }

  /// The scales at a time: variance preserving.
  public func level(at u: Double) -> NoiseLevel {
    let position = min(1, max(0, u)) * Double(steps)
    let step = min(steps - 1, Int(position))
    let share = position - Double(step)
    return level(logCumulative: logCumulative[step] * (1 - share) + logCumulative[step + 1] * share)
  }

  /// The inverse, by binary search among the steps.
  public func time(logSNR: Double) -> Double {
    // ln ᾱ = −ln(1 + e^−λ)
    let value = logSNR > 0 ? -log1p(exp(-logSNR)) : logSNR - log1p(exp(logSNR))
    if value >= 0 { return 0 }
    if value <= logCumulative[steps] { return 1 }
    var low = 0
    var high = steps
    while high - low > 1 {
      let middle = (low + high) / 2
      if logCumulative[middle] >= value { low = middle } else { high = middle }
    }
    let share = (logCumulative[low] - value) / (logCumulative[low] - logCumulative[high])
    return (Double(low) + share) / Double(steps)
  }

  /// signal² / noise²: the plain squared error of the noise (DDPM's L_simple).
  public func lossWeight(at u: Double) -> Double { exp(level(at: u).logSNR) }
}

extension SteppedSchedule {
  private enum CodingKeys: String, CodingKey { case betas }

  /// Reads the rates.
  ///
  /// - Throws: `DecodingError` when a rate is not in (0, 1) or there is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let betas = try container.decode([Double].self, forKey: .betas)
    guard !betas.isEmpty, betas.allSatisfy({ $0 > 0 && $0 < 1 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .betas, in: container, debugDescription: "rates must be in (0, 1), and there must be at least one")
    }
    self.init(betas: betas)
  }

  /// Stores the rates; the rest follows from them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(betas, forKey: .betas)
  }
}
