import DiffusionCore
import Tensors

/// Checks a sampler against data N(0.7, 0.5²), whose denoiser is known exactly:
/// `distribution`: from pure noise it makes the mean and spread of the data, for a variance-preserving and a
/// variance-exploding schedule; `seed`: one seed gives one result; `shape`: it is kept; `known`: known cells keep their
/// values; `throws`: what the denoiser throws is passed on; `evaluations`: it asks as often as it says.
///
/// - Parameters:
///   - sampler: the sampler, in a setting fit for 64 steps.
///   - tolerance: how far the mean and the standard deviation of 20,000 values may be off, in data units. A standard
///     error of the mean is .0035; ancestral sampling's own error in the spread at 64 steps of Karras' path is .045.
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkSampler(_ sampler: some Sampler, tolerance: Double = 0.07) throws(ConformanceFailure) {
  var laws = LawBook("\(type(of: sampler))")
  let data = GaussianDenoiser(mean: 0.7, deviation: 0.5)
  do {
    try checkDistribution(sampler, SteppedSchedule.cosine(steps: 1000), data, tolerance, &laws)
    try checkDistribution(sampler, KarrasSchedule(), data, tolerance, &laws)
    try checkConduct(sampler, data, &laws)
  } catch {
    laws.expect("throws", false, "it throws of itself: \(error)")
  }
  try laws.close()
}

private func checkDistribution(
  _ sampler: some Sampler, _ schedule: some NoiseSchedule, _ data: GaussianDenoiser, _ tolerance: Double,
  _ laws: inout LawBook
) throws {
  var random = RandomStream(seed: 1)
  let made = try sampler.sample(shape: [5_000, 4], schedule: schedule, steps: 64, denoiser: data, random: &random)
  laws.expect("shape", made.shape == [5_000, 4], "[5000, 4] becomes \(made.shape)")
  let mean = made.values.reduce(0.0) { $0 + Double($1) } / Double(made.count)
  let variance = made.values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(made.count)
  laws.expect(
    "distribution", abs(mean - data.mean) <= tolerance && abs(variance.squareRoot() - data.deviation) <= tolerance,
    "with \(type(of: schedule)) data of mean \(data.mean), deviation \(data.deviation) come out as \(mean), \(variance.squareRoot())"
  )
}

private struct Refusal: Error {}

private func checkConduct(_ sampler: some Sampler, _ data: GaussianDenoiser, _ laws: inout LawBook) throws {
  let schedule = KarrasSchedule()
  var first = RandomStream(seed: 7)
  var second = RandomStream(seed: 7)
  let a = try sampler.sample(shape: [3, 2], schedule: schedule, steps: 5, denoiser: data, random: &first)
  let b = try sampler.sample(shape: [3, 2], schedule: schedule, steps: 5, denoiser: data, random: &second)
  laws.expect("seed", a == b, "seed 7 gives \(a.values) and then \(b.values)")

  let known = KnownCells(values: Tensor([9, 0, 9, 0], shape: [2, 2]), mask: Tensor([1, 0, 1, 0], shape: [2, 2]))
  let kept = try sampler.sample(
    shape: [2, 2], schedule: schedule, steps: 5, denoiser: data, known: known, random: &first)
  laws.expect("known", kept[0, 0] == 9 && kept[1, 0] == 9, "known cells of 9 become \(kept.values)")

  var asked = 0
  let path = schedule.path(evaluations: 6)
  _ = try sampler.sample(from: Tensor(repeating: 80, shape: [1, 1]), along: path, random: &first) { noisy, level in
    asked += 1
    return data.clean(from: noisy, at: level)
  }
  let most = 6 * sampler.evaluationsPerStep
  laws.expect(
    "evaluations", (most - sampler.evaluationsPerStep + 1...most).contains(asked),
    "6 steps at \(sampler.evaluationsPerStep) ask \(asked) times")

  var passedOn = false
  do {
    _ = try sampler.sample(from: a, along: path, random: &first) { _, _ in throw Refusal() }
  } catch is Refusal { passedOn = true }
  laws.expect("throws", passedOn, "an error of the denoiser is swallowed")
}
