import DiffusionCore
import DiffusionTesting
import Tensors
import Testing

@Suite struct DenoiserTests {
  let data = GaussianDenoiser(mean: 2, deviation: 0.5)

  @Test func withoutNoiseItReturnsItsInput() {
    let x = Tensor([1, 2, 3], shape: [1, 3])
    #expect(data.clean(from: x, at: .clean) == x)
  }

  @Test func withMuchNoiseItReturnsTheMean() {
    let made = data.clean(from: Tensor([100, -300], shape: [1, 2]), at: .varianceExploding(sigma: 1e6))
    #expect(made.values.allSatisfy { abs($0 - 2) < 1e-4 })
  }

  /// The regression of x₀ on x over 50,000 draws. The slope's standard error is about .003.
  @Test func itIsTheConditionalMean() {
    var random = RandomStream(seed: 5)
    let level = NoiseLevel(signal: 0.8, noise: 0.6)
    var (sx, sy, sxx, sxy) = (0.0, 0.0, 0.0, 0.0)
    let n = 50_000.0
    for _ in 0..<Int(n) {
      let clean = 2 + 0.5 * Double(random.normal())
      let x = 0.8 * clean + 0.6 * Double(random.normal())
      sx += x
      sy += clean
      sxx += x * x
      sxy += x * clean
    }
    let slope = (sxy - sx * sy / n) / (sxx - sx * sx / n)
    let made = data.clean(from: Tensor([1, 2], shape: [2, 1]), at: level)
    #expect(abs(Double(made.values[1] - made.values[0]) - slope) < 0.015)
  }

  @Test func knownCellsKeepTheirValues() {
    let known = KnownCells(values: Tensor([7, 0], shape: [1, 2]), mask: Tensor([1, 0], shape: [1, 2]))
    let made = data.clean(from: Tensor([1, 2], shape: [1, 2]), at: .varianceExploding(sigma: 1), known: known)
    #expect(made.values[0] == 7)
    #expect(made.values[1] == 2)
  }
}

/// Broken on purpose in one way at a time.
private struct BrokenDenoiser: Denoiser {
  var fault: String
  func clean(from noisy: Tensor, at level: NoiseLevel, known: KnownCells?) throws -> Tensor {
    var result = GaussianDenoiser(mean: 0, deviation: 1).clean(from: noisy, at: level, known: known)
    switch fault {
    case "shape": return Tensor(repeating: 0, shape: [noisy.shape[0], noisy.shape[1] - 1])
    case "finite": if level.noise > 1 { result.values[0] = .nan }
    case "pure": if level.noise > 1 { result.values[1] += .random(in: 0...1) }
    case "known":
      if level.noise > 1 { return GaussianDenoiser(mean: 0, deviation: 1).clean(from: noisy, at: level) }
    case "clean": if known == nil { result.values[0] += 0.1 }
    default: break
    }
    return result
  }
}

@Suite struct DenoiserLawsTests {
  @Test func theExactDenoiserPasses() throws {
    try checkDenoiser(GaussianDenoiser(mean: 2, deviation: 0.5))
    try checkDenoiser(GaussianDenoiser(mean: 0, deviation: 3), slots: 1)
  }

  @Test(arguments: ["shape", "finite", "pure", "known", "clean"]) func theKitCatchesEachFault(fault: String) {
    let failure = #expect(throws: ConformanceFailure.self) { try checkDenoiser(BrokenDenoiser(fault: fault)) }
    #expect(failure?.breaks(fault) == true, "\(failure?.description ?? "")")
  }
}
