import DiffusionCore
import Foundation
import Tensors

/// Curves of schedules and errors of samplers, from the core's own values.
enum CurvePictures {
  /// How much is left of the data, and how large the noise is, over diffusion time.
  static func schedules() -> Picture {
    var picture = Picture(
      width: 760, height: 300,
      summary: "Left: the share of signal falls from 1 to 0 over time. Right: the noise in units of the data rises.")
    let times = (0...100).map { Double($0) / 100 }
    let kept = Panel(left: 44, top: 30, width: 310, height: 220, x: 0...1, y: 0...1)
    kept.drawFrame(in: &picture, title: "Share of signal, ᾱ, or of cells that are kept")
    let even = [(0, "0"), (0.5, "0.5"), (1, "1")]
    kept.drawTicks(in: &picture, x: even, y: even, below: "diffusion time u: 0 is data, 1 is noise")
    func curve(_ schedule: some NoiseSchedule) -> [(x: Double, y: Double)] {
      times.map { ($0, schedule.keepProbability(at: $0)) }
    }
    kept.draw(curve(MaskingSchedule(.linear)), .grey, name: "masking-linear", beside: 62, dx: 6, dy: -4, in: &picture)
    kept.draw(curve(CosineSchedule()), .blue, name: "cosine", beside: 28, dx: 6, dy: -4, in: &picture)
    kept.draw(
      curve(SigmoidSchedule()), .green, name: "sigmoid", beside: 70, dx: -6, dy: 16, .end, dashes: "6 3", in: &picture)
    kept.draw(curve(MaskingSchedule(.cosine)), .purple, name: "masking-cosine", beside: 5, dx: 0, dy: 130, in: &picture)
    kept.draw(curve(LinearBetaSchedule()), .orange, name: "linear", beside: 40, dx: -14, dy: 14, .end, in: &picture)

    let sigma = Panel(left: 416, top: 30, width: 310, height: 220, x: 0...1, y: -3...3)
    sigma.drawFrame(in: &picture, title: "Noise in units of the signal, σ")
    sigma.drawTicks(
      in: &picture, x: even, y: [(-3, ".001"), (-2, ".01"), (-1, "0.1"), (0, "1"), (1, "10"), (2, "100")],
      below: "diffusion time u")
    func noise(_ schedule: some NoiseSchedule) -> [(x: Double, y: Double)] {
      times.map { ($0, log10(schedule.level(at: $0).sigma)) }.filter { $0.1 >= -3 && $0.1 <= 3 }
    }
    sigma.draw(
      noise(VarianceExplodingSchedule()), .green, name: "variance-exploding", beside: 30, dx: 10, dy: 14,
      dashes: "6 3", in: &picture)
    sigma.draw(noise(KarrasSchedule()), .purple, name: "karras", beside: 70, dx: -10, dy: -8, .end, in: &picture)
    sigma.draw(noise(CosineSchedule()), .blue, name: "cosine", beside: 90, dx: -4, dy: 22, .end, in: &picture)
    return picture
  }

  /// How far samplers end from the exact end of the flow, by how often they ask the denoiser.
  static func samplers() throws -> Picture {
    let denoiser = GaussianDenoiser(mean: 1, deviation: 0.5)
    let schedule = KarrasSchedule()
    var random = RandomStream(seed: 3)
    let starts = random.normals(256).map { Double($0) * schedule.noisiest.sigma }
    func error(_ sampler: some Sampler, steps: Int) throws -> Double {
      let path = schedule.path(evaluations: steps)
      var stream = RandomStream(seed: 4)
      let made = try sampler.sample(
        from: Tensor(starts.map { Float($0) }, shape: [starts.count, 1]), along: path, random: &stream
      ) { noisy, level in denoiser.clean(from: noisy, at: level) }
      let squares = zip(starts, made.values).map { start, end in
        let exact = denoiser.transported(start, from: path[0], to: .clean)
        return (Double(end) - exact) * (Double(end) - exact)
      }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot() / denoiser.deviation
    }
    var picture = Picture(
      width: 460, height: 300,
      summary: "The error of three samplers falls as they ask more often; Heun and DPM-Solver fall faster than Euler.")
    let panel = Panel(left: 60, top: 30, width: 370, height: 220, x: log10(16)...log10(256), y: -4...0)
    panel.drawFrame(in: &picture, title: "Error at the end, in deviations of the data")
    let counts = [16, 32, 64, 128, 256]
    panel.drawTicks(
      in: &picture, x: counts.map { (log10(Double($0)), "\($0)") },
      y: (-4...0).map { (Double($0), $0 == 0 ? "1" : "1e\($0)") }, below: "evaluations of the denoiser")
    func curve(_ sampler: some Sampler) throws -> [(x: Double, y: Double)] {
      try counts.map { count in
        // The last step, to no noise, asks once.
        let steps = sampler.evaluationsPerStep == 1 ? count : count / 2
        let asked = sampler.evaluationsPerStep * steps - (sampler.evaluationsPerStep - 1)
        let found = try error(sampler, steps: steps)
        print("\(type(of: sampler)): \(asked) evaluations, error \(String(format: "%.2g", found))")
        return (max(log10(Double(asked)), panel.x.lowerBound), max(log10(found), panel.y.lowerBound))
      }
    }
    let euler = try curve(EulerSampler()), heun = try curve(HeunSampler()), solver = try curve(DPMSolverSampler())
    panel.draw(euler, .blue, name: "euler, ddim", beside: 3, dx: -10, dy: -8, in: &picture)
    panel.draw(heun, .orange, name: "heun", beside: 3, dx: 6, dy: -4, in: &picture)
    panel.draw(solver, .green, name: "dpm-solver-2m", beside: 3, dx: -8, dy: 12, .end, in: &picture)
    return picture
  }
}
