import DiffusionCore
import Foundation
import TabularDDPM
import Tensors
import Testing

@Suite("TabDDPM: multinomial part")
struct DDPMMultinomialStepTests {
  private func divergence(
    _ step: MultinomialStep, _ logits: [Float], clean: Int, noisy: Int
  ) -> (value: Double, gradient: [Double]) {
    var scratch = [Float](repeating: 0, count: logits.count), slope = scratch
    let value = step.divergence(
      logits, size: logits.count, clean: clean, noisy: noisy, weight: 1, scratch: &scratch, slope: &slope)
    return (Double(value), slope.map { Double($0) })
  }

  @Test func `Divergence and gradient are those of the multiplied-out matrices`() throws {
    let fixtures = try DDPMFixtures.read()
    let schedule = DDPMSchedule.cosine.stepped(fixtures.steps)
    for row in fixtures.multinomial {
      let step = MultinomialStep(from: row.t, to: row.s, schedule: schedule)
      let found = divergence(step, row.logits.map { Float($0) }, clean: row.clean, noisy: row.noisy)
      #expect(isNear(found.value, row.divergence, relative: 1e-5, absolute: 2e-6), "\(row)")
      for (mine, theirs) in zip(found.gradient, row.gradient) {
        #expect(isNear(mine, theirs, relative: 1e-5, absolute: 1e-6), "\(row)")
      }
    }
  }

  /// The bound's term in Double, by the definition.
  private func reference(_ logits: [Double], clean: Int, noisy: Int, s: Int, t: Int, _ schedule: SteppedSchedule)
    -> Double
  {
    let k = logits.count, uniform = 1 / Double(k)
    let keep = exp(schedule.logCumulative[t] - schedule.logCumulative[s]), before = exp(schedule.logCumulative[s])
    func posterior(_ distribution: [Double]) -> [Double] {
      let mass = distribution.indices.map { class0 -> Double in
        let likelihood = (class0 == noisy ? keep : 0) + (1 - keep) * uniform
        return likelihood * (before * distribution[class0] + (1 - before) * uniform)
      }
      let total = mass.reduce(0, +)
      return mass.map { $0 / total }
    }
    let top = logits.max() ?? 0, exponentials = logits.map { exp($0 - top) }, sum = exponentials.reduce(0, +)
    let p = posterior(exponentials.map { $0 / sum }), q = posterior(logits.indices.map { $0 == clean ? 1 : 0 })
    return zip(q, p).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
  }

  @Test func `The gradient is that of finite differences in Double`() {
    let schedule = DDPMSchedule.cosine.stepped(50)
    var random = RandomStream(seed: 4)
    for _ in 0..<300 {
      let size = 2 + random.integer(below: 9), t = 1 + random.integer(below: 50)
      let s = random.integer(below: 2) == 0 ? t - 1 : random.integer(below: t)
      let logits = random.normals(size).map { 3 * $0 }
      let clean = random.integer(below: size), noisy = random.integer(below: size)
      let found = divergence(MultinomialStep(from: t, to: s, schedule: schedule), logits, clean: clean, noisy: noisy)
      let exact = logits.map { Double($0) }
      func value(_ logits: [Double]) -> Double { reference(logits, clean: clean, noisy: noisy, s: s, t: t, schedule) }
      #expect(isNear(found.value, value(exact), relative: 2e-5, absolute: 3e-6))
      for index in 0..<size {
        var up = exact, down = exact
        up[index] += 1e-5
        down[index] -= 1e-5
        let slope = (value(up) - value(down)) / 2e-5
        #expect(isNear(found.gradient[index], slope, relative: 2e-5, absolute: 2e-6))
      }
    }
  }

  @Test func `It agrees with the core's multinomial diffusion`() {
    let schedule = DDPMSchedule.linear.stepped(100)
    var random = RandomStream(seed: 5)
    for t in [1, 2, 30, 77, 100] {
      let core = MultinomialDiffusion(schedule: schedule, layout: CategoryLayout(sizes: [5]))
      let logits = random.normals(5)
      let loss = core.loss(logits: logits, clean: [3], noisy: [1], steps: [t])
      let mine = divergence(MultinomialStep(from: t, to: t - 1, schedule: schedule), logits, clean: 3, noisy: 1)
      #expect(isNear(mine.value, Double(loss.values[0]), relative: 1e-4, absolute: 1e-5))
      for (a, b) in zip(mine.gradient, loss.gradient) { #expect(isNear(a, Double(b), relative: 1e-4, absolute: 1e-5)) }
    }
  }

  @Test func `Draws follow the posterior`() throws {
    let fixtures = try DDPMFixtures.read()
    let schedule = DDPMSchedule.cosine.stepped(fixtures.steps)
    var random = RandomStream(seed: 6)
    for row in fixtures.multinomial where row.logits.count == 3 {
      let step = MultinomialStep(from: row.t, to: row.s, schedule: schedule)
      let logits = row.logits.map { Float($0) }
      var counts = [0.0, 0, 0], scratch: [Float] = [0, 0, 0]
      let draws = 20_000
      for _ in 0..<draws {
        counts[step.draw(logits, size: 3, noisy: row.noisy, scratch: &scratch, random: random.uniform())] += 1
      }
      for (count, probability) in zip(counts, row.posterior) {
        let deviation = (probability * (1 - probability) / Double(draws)).squareRoot()
        #expect(abs(count / Double(draws) - probability) < 5 * deviation + 1e-6)
      }
    }
  }

  @Test func `A class that is ruled out is never drawn at the end`() {
    let step = MultinomialStep(from: 1, to: 0, schedule: DDPMSchedule.cosine.stepped(100))
    var scratch: [Float] = [0, 0, 0], random = RandomStream(seed: 7)
    for _ in 0..<2000 {
      #expect(step.draw([0, 0, -.infinity], size: 3, noisy: 2, scratch: &scratch, random: random.uniform()) != 2)
    }
  }

  @Test func `Extreme logits give finite losses`() {
    for t in [1, 2, 50, 100] {
      let step = MultinomialStep(from: t, to: t - 1, schedule: DDPMSchedule.cosine.stepped(100))
      for logits: [Float] in [[300, -300, 0], [-300, 300, 300], [0, 0, 0]] {
        let found = divergence(step, logits, clean: 1, noisy: 0)
        #expect(found.value.isFinite && found.gradient.allSatisfy { $0.isFinite })
      }
    }
  }
}
