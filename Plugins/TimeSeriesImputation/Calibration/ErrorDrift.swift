import Foundation

/// A slow error along a gap, beside one that is soon forgotten.
///
/// Where an estimate is off for a whole gap, say because a sensor stands higher than before, errors keep their sign for long, and
/// the mean over the gap is less certain than errors of neighbouring steps alone make it. So a part of each error's variance
/// is taken by an Ornstein-Uhlenbeck process in time (Uhlenbeck & Ornstein, "On the theory of the Brownian motion", 1930).
/// Share and reach are those with which draws are as correlated along hidden gaps as errors were there.
struct ErrorDrift: Codable, Sendable, Equatable {
  /// The share of the variance.
  private(set) var share: Float = 0
  /// The typical steps in which the drift's correlation falls to 1/e.
  private(set) var reach: Double = 1
  /// The share of the variance that is alone in its step, where draws are smoother than errors.
  private(set) var alone: Float = 0

  /// No drift.
  init() {}

  /// Given numbers.
  init(share: Float, reach: Double, alone: Float = 0) {
    self.share = share
    self.reach = reach
    self.alone = alone
  }

  /// How errors that lie some steps apart in a gap go together.
  struct Moments: Sendable {
    /// Steps apart, and the lags that each of them stands for.
    static let lags = [1, 2, 3, 6, 12, 24, 48, 96], spans = [1, 1, 2, 4.5, 9, 18, 36, 72]
    /// How often each cell's error is among them: cells that are hidden in several draws are not more evidence.
    var repeats = 1.0
    /// Gaps of six steps or more, which tell what neighbours alone do not.
    private(set) var longGaps = 0
    private(set) var pairs = [Int](repeating: 0, count: lags.count)
    private var sums = [Double](repeating: 0, count: lags.count)
    private var products = [Double](repeating: 0, count: lags.count)
    private var squares = [Double](repeating: 0, count: lags.count)

    /// Takes the errors of neighbouring steps. Beyond five deviations they are taken for that.
    mutating func add(_ errors: [Float]) {
      if errors.count >= 6 { longGaps += 1 }
      let held = errors.map { Double(min(max($0, -5), 5)) }
      for (place, lag) in Self.lags.enumerated() where lag < held.count {
        for step in lag..<held.count {
          let (a, b) = (held[step], held[step - lag])
          sums[place] += (a + b) / 2
          products[place] += a * b
          squares[place] += (a * a + b * b) / 2
        }
        pairs[place] += held.count - lag
      }
    }

    /// The longest lag that gaps have; 1 if there is none.
    var longestLag: Int { Self.lags.indices.last { pairs[$0] > 0 }.map { Self.lags[$0] } ?? 1 }

    /// The variance of neighbours.
    var variance: Double {
      // Rounding may take what does not vary below 0.
      pairs[0] > 0 ? max(squares[0] / Double(pairs[0]) - mean(0) * mean(0), 0) : 1
    }

    private func mean(_ place: Int) -> Double { sums[place] / Double(pairs[place]) }

    /// The correlation at a lag: about the mean, so that an error that all have in common is no drift.
    func correlation(_ place: Int) -> Double {
      guard pairs[place] > 0 else { return 0 }
      let count = Double(pairs[place]), mean = mean(place), variance = squares[place] / count - mean * mean
      return variance > 0 ? (products[place] / count - mean * mean) / variance : 0
    }
  }

  /// Fewer long gaps tell nothing; so many weigh as much as the guess that there is no drift.
  private static let fewest = 20.0, gapsToBelieve = 10.0
  /// The same for pairs of neighbours and what is alone.
  private static let pairsToBelieve = 50.0

  /// The drift that brings the correlations of draws nearest to those of errors, by squares that count as the pairs and the
  /// lags behind them do.
  ///
  /// - Parameters:
  ///   - roughens: whether a part may be alone in its step.
  ///   - others: the correlation, at the lag of a place, of the part of draws that is not drift.
  init(_ errors: Moments, roughens: Bool = false, others: (_ place: Int, _ drift: ErrorDrift) -> Double) {
    let gaps = Double(errors.longGaps) / errors.repeats, pairs = Double(errors.pairs[0]) / errors.repeats
    func distance(_ drift: ErrorDrift) -> Double {
      Moments.lags.indices.reduce(0) { sum, place in
        let share = Double(drift.share), rest = 1 - share - Double(drift.alone)
        let made = rest * others(place, drift) + share * drift.carry(over: Double(Moments.lags[place]))
        let error = errors.correlation(place) - made
        return sum + Double(errors.pairs[place]) * Moments.spans[place] * error * error
      }
    }
    // What lies far beyond the longest gaps is not known.
    let reaches = [6.0, 12, 24, 48, 96, 192].filter { $0 <= 4 * Double(errors.longestLag) }
    let shares = gaps >= Self.fewest ? Array(0...30) : [0]
    let alones = roughens ? Array(0...18) : [0]
    var least = Double.infinity
    for reach in shares.count > 1 ? reaches : [1] {
      for (share, alone) in shares.flatMap({ share in alones.map { (share, $0) } }) {
        let drift = ErrorDrift(share: Float(share) / 50, reach: reach, alone: Float(alone) / 50)
        let own = distance(drift)
        if own < least { (self, least) = (drift, own) }
      }
    }
    share *= Float(gaps / (gaps + Self.gapsToBelieve))
    alone *= Float(pairs / (pairs + Self.pairsToBelieve))
  }

  /// How much of the drift is left after some typical steps.
  func carry(over steps: Double) -> Double { exp(-steps / reach) }
}
