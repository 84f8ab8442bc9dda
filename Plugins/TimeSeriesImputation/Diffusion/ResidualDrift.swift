import Foundation
import Tensors

/// The drift of drawn residuals along gaps, and how far channels share it.
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
  ///   - noise: a standard normal number for a pair of draws and a step. Draws of a pair get opposite drifts.
  func mix(
    into draws: inout [[Float]], times: [Double], typicalStep: Double, noise: (_ pair: Int, _ step: Int) -> Float
  ) {
    guard drift.share > 0 else { return }
    for pair in 0..<(draws.count + 1) / 2 {
      var last: Walk?
      for step in times.indices {
        let walk = Walk(after: last, carry(step, times, typicalStep), noise(pair, step))
        last = walk
        for draw in 2 * pair..<min(2 * pair + 2, draws.count) {
          draws[draw][step] = mixed(draws[draw][step], draw % 2 == 0 ? walk.value : -walk.value)
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
    guard drift.share > 0, !result.draws.isEmpty else { return }
    let carries = times.indices.map { carry($0, times, typicalStep) }
    for pair in 0..<(result.draws.count + 1) / 2 {
      let stream = random.child(UInt64(2 * pair)), common = random.child(UInt64(2 * pair + 1))
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
          let value = loading * together.value + (1 - loading * loading).squareRoot() * own.value
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

  private func mixed(_ residual: Float, _ drift: Float) -> Float {
    (1 - self.drift.share).squareRoot() * residual + self.drift.share.squareRoot() * deviation * drift
  }
}
