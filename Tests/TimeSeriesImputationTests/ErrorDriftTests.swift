import NeuralNetworks
import Testing

@testable import TimeSeriesImputation

@Suite("The drift of errors along gaps")
struct ErrorDriftTests {
  /// A walk of unit variance whose correlation falls by a factor each step.
  private static func walk(_ steps: Int, factor: Float, _ random: inout RandomStream) -> [Float] {
    var value = random.normal()
    return (0..<steps).map { _ in
      defer { value = factor * value + (1 - factor * factor).squareRoot() * random.normal() }
      return value
    }
  }

  @Test("moments give the correlation of neighbours in a gap, lag by lag")
  func moments() {
    var random = RandomStream(seed: 1)
    var moments = ErrorDrift.Moments()
    for _ in 0..<2000 { moments.add(Self.walk(30, factor: 0.9, &random)) }
    #expect(moments.pairs == [58_000, 56_000, 54_000, 48_000, 36_000, 12_000, 0, 0])
    for (place, lag) in ErrorDrift.Moments.lags.enumerated().dropLast(2) {
      // 2,000 gaps, each of them about three independent stretches: a standard error of .013 at the most.
      #expect(abs(moments.correlation(place) - pow(0.9, lag)) < 0.04)
    }
    func pow(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { product, _ in product * base } }
  }

  @Test("the drift is found that draws lack and truths have", arguments: [(Float(0.3), 0.97), (0.15, 0.99), (0, 0.9)])
  func finds(share: Float, factor: Double) {
    var random = RandomStream(seed: 2)
    var truths = ErrorDrift.Moments(), draws = truths
    for _ in 0..<3000 {
      let quick = Self.walk(40, factor: 0.6, &random), slow = Self.walk(40, factor: Float(factor), &random)
      truths.add(zip(quick, slow).map { (1 - share).squareRoot() * $0 + share.squareRoot() * $1 })
      draws.add(Self.walk(40, factor: 0.6, &random))
    }
    let found = ErrorDrift(truths) { place, _ in draws.correlation(place) }
    // Correlations are known to about .01, shares are tried in steps of .02, and drawn to 0 by a third of a percent.
    #expect(abs(found.share - share) <= 0.05, "\(found)")
    // 1 / −ln .97 = 33 steps: 24 and 48 are tried.
    if share > 0.2 { #expect([24, 48].contains(found.reach), "\(found)") }
  }

  @Test("draws that are smoother than truths get a part that is alone in its step", arguments: [Float(0), 0.2])
  func roughens(share: Float) {
    var random = RandomStream(seed: 4)
    var truths = ErrorDrift.Moments(), draws = truths
    for _ in 0..<3000 {
      let quick = Self.walk(40, factor: 0.8, &random), slow = Self.walk(40, factor: 0.98, &random)
      truths.add(
        zip(quick, slow).map {
          (0.7 - share).squareRoot() * $0 + share.squareRoot() * $1 + Float(0.3).squareRoot() * random.normal()
        })
      draws.add(Self.walk(40, factor: 0.8, &random))
    }
    let found = ErrorDrift(truths, roughens: true) { place, _ in draws.correlation(place) }
    // Correlations are known to about .01, shares are tried in steps of .02.
    #expect(abs(found.alone - 0.3) <= 0.06 && abs(found.share - share) <= 0.06, "\(found)")
    #expect(ErrorDrift(truths) { place, _ in draws.correlation(place) }.alone == 0)
  }

  @Test("short gaps alone tell of what is alone, not of a drift")
  func shortGaps() {
    var random = RandomStream(seed: 5)
    var truths = ErrorDrift.Moments()
    for _ in 0..<2000 { truths.add(random.normals(3)) }
    // Draws whose neighbours are correlated by .6, truths not at all: all that may be is alone, 18 / 50.
    let found = ErrorDrift(truths, roughens: true) { _, _ in 0.6 }
    #expect(found.share == 0 && abs(found.alone - 0.36) < 0.01, "\(found)")
  }

  @Test("a few cells tell nothing")
  func few() {
    var moments = ErrorDrift.Moments()
    moments.add([Float](repeating: 1, count: 200))
    #expect(ErrorDrift(moments) { _, _ in 0 } == ErrorDrift())
  }

  @Test("an error that all gaps have in common is no drift")
  func bias() {
    var random = RandomStream(seed: 9)
    var truths = ErrorDrift.Moments(), draws = truths
    for _ in 0..<500 {
      truths.add(random.normals(30).map { $0 + 0.5 })
      draws.add(random.normals(30))
    }
    // Uncentred, the correlation would be .2 at every lag. Known to .01.
    #expect(ErrorDrift(truths) { place, _ in draws.correlation(place) }.share <= 0.04)
  }
}
