import NeuralNetworks
import Testing

@testable import TimeSeriesImputation

@Suite("Series diffusion: the drift of draws")
struct ResidualDriftTests {
  private static let drift = ResidualDrift(
    ErrorDrift(share: 0.6, reach: 5, alone: 0.3), deviation: 0.8, loadings: [0.8, -0.5])
  private static let times = [0.0, 1, 2, 3, 4, 24, 25, 26], pairs = 3000

  @Test(
    "mixed draws keep their variance and mirror each other; they go together along a gap, by time, and over channels as their loadings say"
  )
  func entity() {
    // A gap of the first channel, a step of another in it, and two more after observations.
    let values: [Float] = [
      .nan, 1, .nan, 1, .nan, .nan, .nan, .nan, .nan, 1, .nan, 1, 1, 1, .nan, 1,
    ]
    var random = RandomStream(seed: 3)
    var result = ResidualFilling.EntityResult(values, draws: 2 * Self.pairs)
    for pair in 0..<Self.pairs {
      for place in result.draws[0].indices {
        result.draws[2 * pair][place] = 0.8 * random.normal()
        result.draws[2 * pair + 1][place] = -result.draws[2 * pair][place]
      }
    }
    Self.drift.mix(into: &result, times: Self.times, channels: 2, typicalStep: 1, random: RandomStream(seed: 4))
    func covariance(_ one: Int, _ other: Int) -> Float {
      let product = result.draws.reduce(0) { $0 + $1[Int(result.place[one])] * $1[Int(result.place[other])] }
      return product / Float(2 * Self.pairs) / 0.64
    }
    // 3,000 pairs: a standard error of .018, of a variance .026.
    for cell in values.indices where values[cell].isNaN { #expect(abs(covariance(cell, cell) - 1) < 0.1) }
    #expect(abs(covariance(0, 2) - 0.6 * 0.8187) < 0.07)  // exp(−1/5)
    #expect(abs(covariance(0, 8) - 0.6 * 0.4493) < 0.07)  // exp(−4/5)
    #expect(abs(covariance(8, 10) - 0.6 * 0.0183) < 0.07)  // exp(−20/5)
    #expect(abs(covariance(10, 14)) < 0.07, "across an observation")
    #expect(abs(covariance(4, 5) + 0.6 * 0.8 * 0.5) < 0.07, "across channels")
    #expect(abs(covariance(4, 7) + 0.6 * 0.8 * 0.5 * 0.8187) < 0.07, "across channels and a step")
    for pair in 0..<Self.pairs {
      #expect(zip(result.draws[2 * pair], result.draws[2 * pair + 1]).allSatisfy { abs($0 + $1) < 1e-5 })
    }
  }

  @Test("a gap alone gets the same drift along time")
  func gap() {
    var random = RandomStream(seed: 5)
    var draws = (0..<2 * Self.pairs).map { _ in random.normals(Self.times.count).map { 0.8 * $0 } }
    var numbers = RandomStream(seed: 6)
    Self.drift.mix(into: &draws, times: Self.times, typicalStep: 1) { _, _ in numbers.normal() }
    func covariance(_ one: Int, _ other: Int) -> Float {
      draws.reduce(0) { $0 + $1[one] * $1[other] } / Float(2 * Self.pairs) / 0.64
    }
    for step in Self.times.indices { #expect(abs(covariance(step, step) - 1) < 0.1) }
    #expect(abs(covariance(0, 1) - 0.6 * 0.8187) < 0.07)
    #expect(abs(covariance(4, 5) - 0.6 * 0.0183) < 0.07)
  }

  @Test("without a drift draws stay as they are")
  func none() {
    var draws: [[Float]] = [[1, 2], [3, 4]]
    ResidualDrift().mix(into: &draws, times: [0, 1], typicalStep: 1) { _, _ in 1 }
    #expect(draws == [[1, 2], [3, 4]])
  }
}
