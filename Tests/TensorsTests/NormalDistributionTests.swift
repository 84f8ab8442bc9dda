import Foundation
import Tensors
import Testing

/// Golden values by mpmath with 40 digits: `Tests/Fixtures/engine/generate.py`.
private struct NormalFixture: Decodable {
  var shares: [Double], quantiles: [Double], scores: [Double], cumulative: [Double]

  static func read() throws -> NormalFixture {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appendingPathComponent("Fixtures/engine/normal.json")
    return try JSONDecoder().decode(NormalFixture.self, from: Data(contentsOf: file))
  }
}

@Suite("The normal distribution")
struct NormalDistributionTests {
  @Test("quantiles to the stated relative error")
  func quantiles() throws {
    let fixture = try NormalFixture.read()
    for (share, expected) in zip(fixture.shares, fixture.quantiles) {
      let error = abs(NormalDistribution.quantile(share) - expected)
      #expect(error <= 1.2e-9 * max(abs(expected), 1e-3), "Φ⁻¹(\(share)) = \(expected) is off by \(error)")
    }
    #expect(NormalDistribution.quantile(0) == -.infinity && NormalDistribution.quantile(1) == .infinity)
    #expect(NormalDistribution.quantile(-0.1) == -.infinity && NormalDistribution.quantile(1.1) == .infinity)
  }

  @Test("shares below a score")
  func cumulative() throws {
    let fixture = try NormalFixture.read()
    for (score, expected) in zip(fixture.scores, fixture.cumulative) {
      #expect(abs(NormalDistribution.cumulative(score) - expected) <= 1e-13 * expected)
    }
  }

  @Test("one undoes the other, and both rise")
  func inverse() {
    let shares = (1..<1000).map { Double($0) / 1000 }
    let quantiles = shares.map(NormalDistribution.quantile)
    #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 < $1 })
    for (share, quantile) in zip(shares, quantiles) {
      #expect(abs(NormalDistribution.cumulative(quantile) - share) < 1e-8)
      #expect(abs(NormalDistribution.quantile(1 - share) + quantile) < 1e-8)
    }
  }
}
