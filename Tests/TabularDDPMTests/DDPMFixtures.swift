import Foundation

/// Golden values of `tabular-ddpm`, written by `Tests/Fixtures/ddpm/generate.py`.
struct DDPMFixtures: Decodable {
  struct Gaussian: Decodable {
    var t: Int
    var beta, cumulative, clean, noise, noisy, given, mean, variance: Double
  }
  struct Multinomial: Decodable {
    var s, t, clean, noisy: Int
    var logits, posterior, gradient: [Double]
    var divergence: Double
  }
  struct Mixed: Decodable {
    var t: Int
    var known, clean, noisy: [Int]
    var output, noise, gradient: [Double]
    var loss: Double
  }
  var steps: Int
  var gaussian: [Gaussian]
  var multinomial: [Multinomial]
  var mixed: [Mixed]

  static func read() throws -> DDPMFixtures {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/ddpm/ddpm.json")
    return try JSONDecoder().decode(DDPMFixtures.self, from: Data(contentsOf: file))
  }
}

/// Whether a value is near another, as a share of it or absolutely.
func isNear(_ value: Double, _ expected: Double, relative: Double, absolute: Double = 0) -> Bool {
  abs(value - expected) <= relative * abs(expected) + absolute
}
