import DiffusionCore
import TabularDDPM
import Testing

@Suite("TabDDPM: Gaussian part")
struct DDPMGaussianTests {
  @Test func `Rates, forward process and posterior are the published ones`() throws {
    let fixtures = try DDPMFixtures.read()
    let diffusion = GaussianDiffusion(schedule: DDPMSchedule.cosine.stepped(fixtures.steps))
    for row in fixtures.gaussian {
      let t = row.t
      #expect(isNear(diffusion.beta[t], row.beta, relative: 1e-9), "β at \(t)")
      #expect(isNear(diffusion.cumulative[t], row.cumulative, relative: 1e-8), "ᾱ at \(t)")
      let noisy = diffusion.signal[t] * row.clean + diffusion.noise[t] * row.noise
      #expect(isNear(noisy, row.noisy, relative: 1e-8, absolute: 1e-10), "x at \(t)")
      let mean = diffusion.posteriorClean[t] * row.clean + diffusion.posteriorNoisy[t] * row.given
      #expect(isNear(mean, row.mean, relative: 1e-8, absolute: 1e-10), "mean at \(t)")
      #expect(isNear(diffusion.posteriorVariance[t], row.variance, relative: 1e-8, absolute: 1e-12), "variance at \(t)")
    }
  }

  @Test(arguments: DDPMSchedule.allCases, [2, 10, 100, 1000])
  func `Every schedule goes from data to noise`(schedule: DDPMSchedule, steps: Int) {
    let stepped = schedule.stepped(steps)
    #expect(stepped.steps == steps)
    #expect(stepped.betas.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(stepped.level(step: steps).signal < 0.25)
  }

  @Test func `Strided steps fall from T to 0`() {
    #expect(DDPMSchedule.visited(of: 100, evaluations: 4) == [100, 75, 50, 25, 0])
    #expect(DDPMSchedule.visited(of: 3, evaluations: 50) == [3, 2, 1, 0])
    for count in [1, 7, 33, 99, 100] {
      let visited = DDPMSchedule.visited(of: 100, evaluations: count)
      #expect(visited.count == count + 1)
      #expect(zip(visited, visited.dropFirst()).allSatisfy { $0 > $1 })
    }
  }
}
