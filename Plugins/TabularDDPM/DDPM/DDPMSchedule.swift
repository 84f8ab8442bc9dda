import DiffusionCore
import Foundation

/// How noise grows over the T steps.
package enum DDPMSchedule: String, Sendable, Codable, CaseIterable {
  /// Nichol & Dhariwal 2021, equation 17: TabDDPM's own.
  case cosine
  /// Ho et al. 2020, section 4, scaled to T steps.
  case linear
  /// Chen 2023, algorithm 1.
  case sigmoid

  /// The rates of T steps.
  package func stepped(_ steps: Int) -> SteppedSchedule {
    switch self {
    case .cosine: .cosine(steps: steps)
    case .linear: .linear(steps: steps)
    case .sigmoid: Self.discretized(SigmoidSchedule(), steps: steps)
    }
  }

  /// β_t = 1 − ᾱ(t/T) / ᾱ((t − 1)/T), at most .999, of a variance-preserving schedule in continuous time.
  private static func discretized(_ schedule: some NoiseSchedule, steps: Int) -> SteppedSchedule {
    let kept = (0...steps).map { schedule.level(at: Double($0) / Double(steps)).keepProbability }
    return SteppedSchedule(
      betas: (1...steps).map { (step: Int) -> Double in
        let beta: Double = 1 - kept[step] / kept[step - 1]
        return min(max(beta, 1e-8), 0.999)
      })
  }

  /// The steps at which a sampler asks the network, from T down, and the 0 where it ends: evenly spread.
  ///
  /// - Parameter evaluations: at least 1; more than T are T.
  package static func visited(of steps: Int, evaluations: Int) -> [Int] {
    let count = min(max(evaluations, 1), steps)
    return (0...count).map { Int((Double(steps) * (1 - Double($0) / Double(count))).rounded()) }
  }
}
