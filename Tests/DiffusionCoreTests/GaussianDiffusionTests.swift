import DiffusionCore
import Testing

@Suite struct GaussianDiffusionTests {
  /// Tolerance 1e-12: the same formulas in double precision, ᾱ as a product there and as a sum of logarithms here.
  @Test func coefficientsMatchNumpy() throws {
    let golden = try Golden.load()
    for (schedule, expected) in [
      (SteppedSchedule.linear(steps: 100), golden.linear), (.cosine(steps: 100), golden.cosine),
    ] {
      let diffusion = GaussianDiffusion(schedule: schedule)
      #expect(worstDifference(schedule.betas, expected.betas) < 1e-12)
      #expect(worstDifference(diffusion.cumulative, expected.cumulative) < 1e-12)
      #expect(worstDifference(diffusion.posteriorClean.dropFirst(), expected.posteriorClean) < 1e-12)
      #expect(worstDifference(diffusion.posteriorNoisy.dropFirst(), expected.posteriorNoisy) < 1e-12)
      #expect(worstDifference(diffusion.posteriorVariance.dropFirst(), expected.posteriorVariance) < 1e-12)
      #expect(diffusion.cumulative.count == 101 && expected.cumulative.count == 101)
    }
    let thousand = GaussianDiffusion(schedule: .linear(steps: 1000))
    let every50 = stride(from: 0, through: 1000, by: 50).map { thousand.cumulative[$0] }
    #expect(worstDifference(every50, golden.linear1000) < 1e-12 && golden.linear1000.count == 21)
  }

  /// A chain of forward steps followed by a posterior step gives back the marginal: means and variances add up.
  @Test func thePosteriorIsConsistentWithTheMarginals() {
    let diffusion = GaussianDiffusion(schedule: .cosine(steps: 50))
    for t in 1...50 {
      let mean = diffusion.posteriorClean[t] + diffusion.posteriorNoisy[t] * diffusion.signal[t]
      #expect(abs(mean - diffusion.signal[t - 1]) < 1e-12)
      let spread = diffusion.posteriorNoisy[t] * diffusion.noise[t]
      let variance = spread * spread + diffusion.posteriorVariance[t]
      #expect(abs(variance - diffusion.noise[t - 1] * diffusion.noise[t - 1]) < 1e-12)
    }
  }

  @Test func theLastStepDrawsNothing() {
    let diffusion = GaussianDiffusion(schedule: .cosine(steps: 10))
    #expect(diffusion.samplingVariance(step: 1, .forward) == 0)
    #expect(diffusion.samplingVariance(step: 5, .forward) == diffusion.beta[5])
    #expect(diffusion.samplingVariance(step: 5, .posterior) == diffusion.posteriorVariance[5])
    #expect(diffusion.posteriorVariance[5] < diffusion.beta[5])
    #expect(diffusion.path.count == 11 && diffusion.path.last == .clean)
  }
}
