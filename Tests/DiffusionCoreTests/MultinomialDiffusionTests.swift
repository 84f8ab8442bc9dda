import DiffusionCore
import Foundation
import Tensors
import Testing

@Suite struct MultinomialDiffusionTests {
  let golden: Golden.Multinomial
  let diffusion: MultinomialDiffusion

  init() throws {
    golden = try Golden.load().multinomial
    diffusion = MultinomialDiffusion(
      schedule: .cosine(steps: golden.steps), layout: CategoryLayout(sizes: golden.sizes))
  }

  func probabilities(_ logarithms: [Float]) -> [Double] { logarithms.map { exp(Double($0)) } }

  /// Tolerance 2e-6: a few roundings of Float32 near 1.
  @Test func matchesExplicitTransitionMatrices() {
    let clean = diffusion.logOneHot(golden.clean)
    let marginal = diffusion.logMarginal(clean, steps: golden.t)
    #expect(worstDifference(probabilities(marginal), golden.marginal) < 2e-6)
    let posterior = diffusion.logPosterior(clean, noisy: golden.noisy, steps: golden.t)
    #expect(worstDifference(probabilities(posterior), golden.posterior) < 2e-6)
    let guess = diffusion.logSoftmax(golden.logits)
    let predicted = diffusion.logPosterior(guess, noisy: golden.noisy, steps: golden.t)
    #expect(worstDifference(probabilities(predicted), golden.predicted) < 2e-6)
    #expect(golden.predicted.count == golden.t.count * diffusion.layout.width)
  }

  /// Tolerance 1e-5 of max(1, loss): sums of logarithms up to about 10 in Float32.
  @Test func lossesMatch() {
    let loss = diffusion.loss(logits: golden.logits, clean: golden.clean, noisy: golden.noisy, steps: golden.t)
    #expect(worstDifference(loss.values.map(Double.init), golden.loss) < 1e-5)
    #expect(loss.values.count == golden.loss.count)
    #expect(worstDifference(diffusion.priorLoss(clean: golden.clean).map(Double.init), golden.prior) < 1e-6)
  }

  @Test func posteriorsSumToOne() {
    let posterior = diffusion.logPosterior(
      diffusion.logSoftmax(golden.logits), noisy: golden.noisy, steps: golden.t)
    for row in golden.t.indices {
      for range in diffusion.layout.ranges {
        let total = range.reduce(0.0) { $0 + exp(Double(posterior[row * diffusion.layout.width + $1])) }
        #expect(abs(total - 1) < 1e-6)
      }
    }
  }

  /// Σ over c_t of q(c_t | c₀) q(c_{t−1} | c_t, c₀) = q(c_{t−1} | c₀), by brute force over all of K = 3.
  @Test func bayesIsConsistent() {
    let small = MultinomialDiffusion(schedule: .linear(steps: 5), layout: CategoryLayout(sizes: [3]))
    for t in 1...5 {
      for c0 in Int32(0)..<3 {
        let clean = small.logOneHot([c0])
        let now = probabilities(small.logMarginal(clean, steps: [t]))
        let before = probabilities(small.logMarginal(clean, steps: [t - 1]))
        var total = [0.0, 0, 0]
        for noisy in Int32(0)..<3 {
          let posterior = probabilities(small.logPosterior(clean, noisy: [noisy], steps: [t]))
          for k in 0..<3 { total[k] += now[Int(noisy)] * posterior[k] }
        }
        #expect(worstDifference(total, before) < 2e-6)
      }
    }
  }

  /// A prediction of the truth costs nothing. At t = 1 what is left is that the logits give the truth only up to e⁻⁶⁰.
  @Test func theTruthHasNoLoss() {
    let logits = diffusion.logOneHot(golden.clean)
    let loss = diffusion.loss(logits: logits, clean: golden.clean, noisy: golden.noisy, steps: golden.t)
    #expect(loss.values.allSatisfy { abs($0) < 1e-5 })
    #expect(loss.gradient.allSatisfy { abs($0) < 1e-5 })
  }

  /// Central differences of the summed loss with step 2e-2. Their own error is about h²/6 ≈ 1e-4 times a third
  /// derivative of order 1, and rounding adds 1e-6 · 10 / h ≈ 5e-4, hence 2e-3.
  @Test func theGradientIsThatOfTheLoss() {
    let h: Float = 2e-2
    let width = diffusion.layout.width
    let analytic = diffusion.loss(
      logits: golden.logits, clean: golden.clean, noisy: golden.noisy, steps: golden.t
    ).gradient
    func total(_ logits: [Float], row: Int) -> Double {
      let loss = diffusion.loss(logits: logits, clean: golden.clean, noisy: golden.noisy, steps: golden.t)
      let variables = diffusion.layout.variables
      return loss.values[(row * variables)..<((row + 1) * variables)].reduce(0) { $0 + Double($1) }
    }
    var largest = 0.0
    for index in stride(from: 0, to: analytic.count, by: 5) {
      var up = golden.logits
      var down = golden.logits
      up[index] += h
      down[index] -= h
      let numeric = (total(up, row: index / width) - total(down, row: index / width)) / Double(up[index] - down[index])
      #expect(abs(numeric - Double(analytic[index])) < 2e-3, "logit \(index)")
      largest = max(largest, abs(numeric))
    }
    #expect(largest > 0.1)
  }

  /// 60,000 draws: a standard error of .002 for a probability of one half, so .01 is five of them.
  @Test func noisedCodesFollowTheMarginal() {
    let small = MultinomialDiffusion(schedule: .cosine(steps: 10), layout: CategoryLayout(sizes: [4]))
    var random = RandomStream(seed: 3)
    let count = 60_000
    let noisy = small.noised(
      Array(repeating: 2, count: count), steps: Array(repeating: 5, count: count), random: &random)
    let expected = probabilities(small.logMarginal(small.logOneHot([2]), steps: [5]))
    for k in 0..<4 {
      #expect(abs(Double(noisy.count { $0 == Int32(k) }) / Double(count) - expected[k]) < 0.01)
    }
    // At t = 0 nothing changes.
    #expect(small.noised([2, 1], steps: [0, 0], random: &random) == [2, 1])
  }

  @Test func samplesFollowTheirProbabilities() {
    let small = MultinomialDiffusion(schedule: .cosine(steps: 10), layout: CategoryLayout(sizes: [3, 2]))
    var random = RandomStream(seed: 4)
    let row = [0.2, 0.5, 0.3, 0.9, 0.1].map { log(Float($0)) + 5 }
    let drawn = small.sample(Array(repeating: row, count: 40_000).flatMap { $0 }, random: &random)
    #expect(drawn.count == 80_000)
    let first = stride(from: 0, to: drawn.count, by: 2).map { drawn[$0] }
    let second = stride(from: 1, to: drawn.count, by: 2).map { drawn[$0] }
    for (k, p) in [0.2, 0.5, 0.3].enumerated() {
      #expect(abs(Double(first.count { $0 == Int32(k) }) / 40_000 - p) < 0.0125)
    }
    #expect(abs(Double(second.count { $0 == 1 }) / 40_000 - 0.1) < 0.0075)
  }

  @Test func longChainsStayFinite() {
    let long = MultinomialDiffusion(schedule: .cosine(steps: 1000), layout: CategoryLayout(sizes: [100]))
    let logits = (0..<200).map { Float($0 % 100) - 50 }
    let loss = long.loss(logits: logits, clean: [0, 99], noisy: [5, 99], steps: [1, 1000])
    #expect(loss.values.allSatisfy(\.isFinite) && loss.gradient.allSatisfy(\.isFinite))
    #expect(loss.values.allSatisfy { $0 > -1e-4 })
  }
}
