import Foundation

/// The factor on the learning rate over a run, as a pure function of how far the run is.
public struct LearningRateSchedule: Sendable, Codable, Equatable {
  /// How the rate falls after the warm-up.
  public enum Decay: String, Sendable, Codable, CaseIterable {
    /// It stays.
    case constant
    /// In a straight line to zero.
    case linear
    /// Along half a cosine to zero (Loshchilov & Hutter, "SGDR", ICLR 2017, equation 5).
    case cosine
  }

  /// The steps over which the rate rises in a straight line from zero.
  public var warmUp: Int
  /// How the rate falls.
  public var decay: Decay
  /// The share of the run, at its end, over which it falls; before that it stays. 1 falls all the way.
  public var decayShare: Double

  /// Makes a schedule.
  public init(warmUp: Int = 0, decay: Decay = .linear, decayShare: Double = 1) {
    self.warmUp = warmUp
    self.decay = decay
    self.decayShare = decayShare
  }

  /// The factor at a step, when `progress` (0 ... 1) of the run is done.
  public func factor(step: Int, progress: Double) -> Double {
    let rise = warmUp > 0 ? min(1, Double(step + 1) / Double(warmUp)) : 1
    let fallen = decayShare > 0 ? min(max((progress - (1 - decayShare)) / decayShare, 0), 1) : 0
    switch decay {
    case .constant: return rise
    case .linear: return rise * (1 - fallen)
    case .cosine: return rise * 0.5 * (1 + cos(.pi * fallen))
    }
  }
}
