import Foundation
import Tensors

/// The drift of drawn residuals along gaps, and how far channels share it, with what is alone in its step.
struct ResidualDrift: Codable, Sendable, Equatable {
  private(set) var drift = ErrorDrift()
  /// The deviation of the residuals that it is mixed into.
  private(set) var deviation: Float = 1
  /// By channel, the weight of what drifts of all channels have in common (``CommonFactor``).
  private(set) var loadings: [Float] = []

  /// No drift.
  init() {}

  /// Given numbers.
  init(_ drift: ErrorDrift, deviation: Float, loadings: [Float]) {
    self.drift = drift
    self.deviation = deviation
    self.loadings = loadings
  }

  /// Mixes the drift into the residuals of a gap.
  ///
  /// - Parameters:
  ///   - draws: residuals by draw and then by step.
  ///   - times: of the steps.
  ///   - noise: standard normal numbers for a pair of draws, two for each step. Draws of a pair get opposite drifts.
  func mix(
    into draws: inout [[Float]], times: [Double], typicalStep: Double, noise: (_ pair: Int, _ number: Int) -> Float
  ) {
    guard mixes else { return }
    for pair in 0..<(draws.count + 1) / 2 {
      var last: Walk?
      for step in times.indices {
        let walk = Walk(after: last, carry(step, times, typicalStep), noise(pair, step))
        last = walk
        let value = added(walk.value, noise(pair, times.count + step))
        for draw in 2 * pair..<min(2 * pair + 2, draws.count) {
          draws[draw][step] = mixed(draws[draw][step], draw % 2 == 0 ? value : -value)
        }
      }
    }
  }

  /// Mixes the drift into the draws of an entity.
  ///
  /// - Parameter random: the noise of a cell depends on it and on the cell alone.
  func mix(
    into result: inout ResidualFilling.EntityResult, times: [Double], channels: Int, typicalStep: Double,
    random: RandomStream
  ) {
    guard mixes, !result.draws.isEmpty else { return }
    let carries = times.indices.map { carry($0, times, typicalStep) }
    for pair in 0..<(result.draws.count + 1) / 2 {
      let stream = random.child(UInt64(3 * pair)), common = random.child(UInt64(3 * pair + 1))
      let alone = random.child(UInt64(3 * pair + 2))
      var walks = [Walk?](repeating: nil, count: channels), shared: Walk?
      for step in times.indices {
        let cells = step * channels..<(step + 1) * channels
        // An observation ends a channel's drift, a step without gaps the one in common.
        guard cells.contains(where: { result.place[$0] >= 0 }) else {
          walks = [Walk?](repeating: nil, count: channels)
          shared = nil
          continue
        }
        let together = Walk(after: shared, carries[step], common.normal(of: step))
        shared = together
        for (channel, cell) in cells.enumerated() {
          guard result.place[cell] >= 0 else {
            walks[channel] = nil
            continue
          }
          let own = Walk(after: walks[channel], carries[step], stream.normal(of: cell))
          walks[channel] = own
          let loading = loadings[channel]
          let value = added(
            loading * together.value + (1 - loading * loading).squareRoot() * own.value, alone.normal(of: cell))
          let place = Int(result.place[cell])
          for draw in 2 * pair..<min(2 * pair + 2, result.draws.count) {
            result.draws[draw][place] = mixed(result.draws[draw][place], draw % 2 == 0 ? value : -value)
          }
        }
      }
    }
  }

  /// A standard normal number that goes on in time.
  private struct Walk {
    let value: Float

    init(after last: Walk?, _ carry: Float, _ noise: Float) {
      value = last.map { carry * $0.value + (1 - carry * carry).squareRoot() * noise } ?? noise
    }
  }

  private func carry(_ step: Int, _ times: [Double], _ typicalStep: Double) -> Float {
    step == 0 ? 0 : Float(drift.carry(over: (times[step] - times[step - 1]) / typicalStep))
  }

  private var mixes: Bool { drift.share + drift.alone > 0 }

  /// What drifts and what is alone in its step, as they are added to a residual.
  private func added(_ walk: Float, _ alone: Float) -> Float {
    deviation * (drift.share.squareRoot() * walk + drift.alone.squareRoot() * alone)
  }

  private func mixed(_ residual: Float, _ added: Float) -> Float {
    (1 - drift.share - drift.alone).squareRoot() * residual + added
  }
}
