import DiffusionCore
import Testing

@Suite struct PreconditioningTests {
  /// The two properties from which Karras et al. derive table 1 (appendix B.6).
  @Test(arguments: [0.002, 0.1, 0.5, 3, 80]) func inputAndTargetHaveUnitVariance(sigma: Double) {
    let data = 0.5
    let scaling = Preconditioning(dataSigma: data)
    let input = scaling.input(sigma: sigma)
    #expect(abs(input * input * (sigma * sigma + data * data) - 1) < 1e-12)
    // Target (x₀ − skip · x) / out, of variance ((1 − skip)² σd² + skip² σ²) / out².
    let skip = scaling.skip(sigma: sigma)
    let out = scaling.output(sigma: sigma)
    let variance = ((1 - skip) * (1 - skip) * data * data + skip * skip * sigma * sigma) / (out * out)
    #expect(abs(variance - 1) < 1e-9)
    #expect(abs(scaling.lossWeight(sigma: sigma) * out * out - 1) < 1e-12)
  }

  @Test func theConditionIsAQuarterOfTheLogarithm() {
    #expect(Preconditioning().condition(sigma: 1) == 0)
    #expect(abs(Preconditioning().condition(sigma: 80) - 1.0955066) < 1e-7)
  }
}
