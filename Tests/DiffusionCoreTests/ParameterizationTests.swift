import DiffusionCore
import Tensors
import Testing

@Suite struct ParameterizationTests {
  /// From the clean value to the prediction and back, at levels drawn at random over both families.
  /// Tolerance 2e-5 · (1 + the factor by which noise is divided by a small signal): Float32.
  @Test(arguments: Parameterization.allCases) func conversionsAreMutualInverses(kind: Parameterization) {
    var random = RandomStream(seed: 11)
    for _ in 0..<200 {
      let sigma = 0.05 * Double(200).squareRoot() * (0.02 + random.uniformDouble() * 20)
      let level: NoiseLevel =
        random.uniform() < 0.5 ? .variancePreserving(sigma: sigma) : .varianceExploding(sigma: sigma)
      let clean = Tensor(random.normals(6), shape: [2, 3])
      let noise = Tensor(random.normals(6), shape: [2, 3])
      let noisy = Tensor(
        zip(clean.values, noise.values).map { Float(level.signal) * $0 + Float(level.noise) * $1 }, shape: [2, 3])
      let prediction = kind.prediction(of: clean, noisy: noisy, at: level)
      let back = kind.clean(from: prediction, noisy: noisy, at: level)
      let expected: [Float] =
        switch kind {
        case .clean: clean.values
        case .noise: noise.values
        case .velocity:
          zip(clean.values, noise.values).map { Float(level.signal) * $1 - Float(level.noise) * $0 }
        }
      // Of a small noise under a large value, or the reverse, Float32 keeps fewer digits.
      let tolerance = Float(2e-5 * (1 + sigma + 1 / sigma))
      for i in 0..<6 {
        #expect(abs(back.values[i] - clean.values[i]) < tolerance)
        // In the exploding family v = ε − σ x₀ with an unscaled signal is of the size of σ.
        #expect(abs(prediction.values[i] - expected[i]) < tolerance * Float(1 + level.noise * level.noise))
      }
    }
  }

  @Test func factorsAreThoseOfTheDefinitions() {
    let level = NoiseLevel(signal: 0.8, noise: 0.6)
    #expect(Parameterization.clean.factors(at: level) == (0, 1))
    #expect(Parameterization.noise.factors(at: level) == (1 / 0.8, -0.6 / 0.8))
    let velocity = Parameterization.velocity.factors(at: level)
    #expect(abs(velocity.noisy - 0.8) < 1e-15 && abs(velocity.prediction + 0.6) < 1e-15)
  }
}
