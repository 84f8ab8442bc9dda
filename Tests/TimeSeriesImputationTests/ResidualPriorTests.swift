import Foundation
import Tensors
import Testing

@testable import TimeSeriesImputation

@Suite("How residuals go together before a denoiser has learned")
struct ResidualPriorTests {
  /// Errors in gaps whose correlation is the prior's.
  private static func moments(_ prior: ResidualPrior, gaps: Int, steps: Int, seed: UInt64) -> ErrorDrift.Moments {
    var random = RandomStream(seed: seed), moments = ErrorDrift.Moments()
    let path = GapPaths(prior, length: steps).path((0..<steps).map { Double($0) })
    for _ in 0..<gaps { moments.add(path.noise(given: 0, random.normals(steps))) }
    return moments
  }

  @Test(
    "the correlation of errors is found again",
    arguments: [
      [0.3, 0, 0, 0.5, 0, 0, 0, 0], [0, 0.9, 0, 0, 0, 0, 0, 0], [0, 0, 0.5, 0, 0, 0, 0.48, 0],
      [0, 0, 0, 0, 0, 0, 0, 0.98],
    ])
  func finds(shares: [Double]) {
    let prior = ResidualPrior(shares: shares)
    let found = ResidualPrior(Self.moments(prior, gaps: 2000, steps: 60, seed: 3))
    for lag in [1.0, 2, 5, 10, 20, 40] {
      // 2,000 gaps of one or two independent stretches each: a standard error of .02.
      #expect(abs(found.correlation(over: lag) - prior.correlation(over: lag)) < 0.05, "\(lag): \(found)")
    }
    #expect(found.shares.allSatisfy { $0 >= 0 } && found.shares.reduce(0, +) <= 0.98 + 1e-9)
  }

  @Test("no other shares come nearer", arguments: [UInt64(1), 2, 3])
  func nearest(seed: UInt64) {
    var random = RandomStream(seed: seed), moments = ErrorDrift.Moments()
    // The second differences of a walk are small: smoother than any part, so that the shares are held by their sum.
    for _ in 0..<500 {
      var speed: Float = 0, value: Float = 0
      moments.add(
        (0..<40).map { _ in
          speed = 0.9 * speed + 0.4 * random.normal()
          value = 0.9 * value + speed
          return value / 3
        })
    }
    func distance(_ prior: ResidualPrior) -> Double {
      ErrorDrift.Moments.lags.indices.reduce(0) { sum, place in
        let pairs = Double(moments.pairs[place])
        let wanted = pairs / (pairs + 50) * moments.correlation(place)
        let error = wanted - prior.correlation(over: Double(ErrorDrift.Moments.lags[place]))
        return sum + pairs * error * error
      }
    }
    let found = ResidualPrior(moments), least = distance(found)
    for _ in 0..<500 {
      let towards = found.shares.map { _ in -log(random.uniformDouble() + 1e-12) }
      let sum = towards.reduce(0, +), step = pow(0.5, Double(random.integer(below: 12)))
      let other = zip(found.shares, towards).map { (1 - step) * $0 + step * 0.98 * $1 / sum }
      // Descent stops when it gains hardly anything more.
      #expect(distance(ResidualPrior(shares: other)) >= least * 0.999)
    }
  }

  @Test("independent errors do not go together, and a few pairs tell little")
  func independent() {
    let none = ResidualPrior(Self.moments(ResidualPrior(), gaps: 2000, steps: 20, seed: 4))
    // 38,000 pairs: a standard error of .005.
    #expect(none.correlation(over: 1) < 0.02)
    var few = ErrorDrift.Moments()
    few.add([1, 1.1, -1, -1.1])
    // Three pairs weigh 3 / 53.
    #expect(ResidualPrior(few).correlation(over: 1) < 0.06)
    #expect(ResidualPrior(ErrorDrift.Moments()) == ResidualPrior())
  }

  @Test("cells that were hidden again tell no more, and nothing is said far beyond the longest gap")
  func evidence() {
    let once = Self.moments(ResidualPrior(shares: [0, 0, 0, 0, 0.9, 0, 0, 0]), gaps: 20, steps: 8, seed: 5)
    var often = once
    often.repeats = 20
    #expect(ResidualPrior(often).correlation(over: 1) < 0.8 * ResidualPrior(once).correlation(over: 1))
    // Lag 6 is the longest: no part of a reach beyond 24.
    #expect(once.longestLag == 6)
    let shares = ResidualPrior(once).shares
    #expect(zip(shares, ResidualPrior.parts).allSatisfy { $0 == 0 || $1.reach <= 24 })
  }
}
