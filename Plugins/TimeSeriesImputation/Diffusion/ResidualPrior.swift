import Foundation

/// How residuals go together along a gap before a denoiser has learned anything: noise is correlated in time as they are.
///
/// With noise of the data's own covariance Σ, x = r + σ n, the best linear denoiser is x / (1 + σ²) whatever Σ is, which
/// ``Preconditioning`` holds already: a network that answers 0 draws from N(0, Σ), and one that has learned little draws
/// neighbours that go together (Biloš et al., "Modeling temporal data as continuous functions with stochastic process
/// diffusion", ICML 2023, section 3). The correlation is a sum of Matérn functions of time (Rasmussen & Williams, "Gaussian
/// processes for machine learning", 2006, equation 4.17), rough ones and smooth ones.
struct ResidualPrior: Codable, Sendable, Equatable {
  /// A part of the variance.
  struct Part: Sendable {
    /// The typical steps in which a rough part's correlation falls to 1/e.
    let reach: Double
    /// Whether it moves smoothly (Matérn 3/2), or as an autoregression does (Matérn 1/2).
    let isSmooth: Bool

    func correlation(over steps: Double) -> Double {
      let distance = steps / reach
      return isSmooth ? (1 + distance) * exp(-distance) : exp(-distance)
    }
  }

  static let parts =
    [1.5, 4, 12, 36, 108].map { Part(reach: $0, isSmooth: false) }
    + [1.5, 4, 12].map { Part(reach: $0, isSmooth: true) }

  /// The share of the variance that each of ``parts`` has; the rest is alone in its step.
  private(set) var shares = [Double](repeating: 0, count: parts.count)

  /// What is alone in its step has at least this share.
  private static let leastAlone = 0.02
  /// So many pairs weigh as much as the guess that errors do not go together.
  private static let pairsToBelieve = 50.0

  /// Residuals that do not go together.
  init() {}

  /// Given shares, of 1 in all at the most.
  init(shares: [Double]) { self.shares = shares }

  /// The shares with which correlations are nearest to those of errors, by squares that count as the pairs behind them do.
  init(_ errors: ErrorDrift.Moments) {
    let places = ErrorDrift.Moments.lags.indices.filter { errors.pairs[$0] > 0 }
    let wanted = places.map { place in
      let pairs = Double(errors.pairs[place]) / errors.repeats
      return pairs / (pairs + Self.pairsToBelieve) * errors.correlation(place)
    }
    let made = Self.parts.map { part in places.map { part.correlation(over: Double(ErrorDrift.Moments.lags[$0])) } }
    // What lies far beyond the longest gaps is not known.
    let known = shares.indices.filter { Self.parts[$0].reach <= 4 * Double(errors.longestLag) }
    // A share at a time takes from another one, or from what is alone in its step (nil), until nothing is gained.
    var alone = 1.0
    for _ in 0..<1000 {
      for (number, one) in known.enumerated() {
        for other in [nil] + known[..<number].map(Optional.some) {
          var (product, square) = (0.0, 1e-12)
          for (number, place) in places.enumerated() {
            let error = wanted[number] - known.reduce(0) { $0 + shares[$1] * made[$1][number] }
            let slope = made[one][number] - (other.map { made[$0][number] } ?? 0)
            product += Double(errors.pairs[place]) * error * slope
            square += Double(errors.pairs[place]) * slope * slope
          }
          let most = other.map { shares[$0] } ?? alone - Self.leastAlone
          let moved = min(max(product / square, -shares[one]), most)
          shares[one] += moved
          if let other { shares[other] -= moved } else { alone -= moved }
        }
      }
    }
  }

  /// The correlation over some typical steps.
  func correlation(over steps: Double) -> Double {
    if steps == 0 { return 1 }
    var sum = 0.0
    for (share, part) in zip(shares, Self.parts) where share > 0 { sum += share * part.correlation(over: steps) }
    return sum
  }
}
