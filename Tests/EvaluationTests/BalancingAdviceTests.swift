import Testing

@testable import Evaluation

/// What is recommended, on figures made up fold by fold.
@Suite struct BalancingAdviceTests {
  /// Scores of the models of one arm: the last of them has the given PR AUCs, the others .1 less.
  static func tally(_ id: String, prAUC: [Double], f1: [Double]? = nil, ratio: Double = 1) -> ArmTally {
    var tally = ArmTally(id: id)
    for model in BalancingPanel.names.indices {
      let lower = model == BalancingPanel.names.count - 1 ? 0 : 0.1
      tally.scores[model] = prAUC.indices.map { fold in
        [
          .prAUC: prAUC[fold] - lower, .f1Tuned: (f1 ?? prAUC)[fold] - lower, .f1AtHalf: 0.2, .meanRatio: ratio,
          .brier: 0.01,
        ]
      }
    }
    return tally
  }

  static func advice(_ tallies: [ArmTally], rareRows: Int = 500) -> BalancingResult.Advice {
    let arms = tallies.map { tally in
      BalancingResult.Arm(
        id: tally.id, failure: tally.failure,
        models: BalancingPanel.names.indices.map { model in
          var metrics: [BalancingMetric: Figure] = [:]
          for metric in BalancingMetric.allCases {
            if let value = tally.mean(metric, model: model) { metrics[metric] = Figure(value) }
          }
          return .init(name: BalancingPanel.names[model], metrics: metrics, differences: [:])
        })
    }
    return BalancingAdvice(
      tallies: tallies, reference: BalancingPanel.names.count - 1, ratio: 1 / 3, rareRows: rareRows
    ).advice(arms)
  }

  @Test func `An arm that is better in every fold is recommended`() {
    let advice = Self.advice([
      Self.tally("nothing", prAUC: [0.50, 0.52, 0.48, 0.50]), Self.tally("smote", prAUC: [0.49, 0.53, 0.47, 0.50]),
      Self.tally("diffusion", prAUC: [0.56, 0.57, 0.54, 0.57]),
    ])
    #expect(advice.arm == "diffusion" && advice.model == "stack")
    #expect(advice.balance.light == .green)
    #expect(advice.balance.sentence == "Balance with diffusion, and learn with stack.")
    // The mean difference with an interval of 3.1824 × √((1/4 + 1/3) × .0000667) = .0198 either way.
    #expect(advice.balance.reason.contains("+0.06 (+0.04 to +0.08)"))
  }

  @Test func `A gain that is not sure, or not worth it, is none`() {
    let unsure = Self.advice([
      Self.tally("nothing", prAUC: [0.5, 0.5, 0.5, 0.5]), Self.tally("smote", prAUC: [0.7, 0.4, 0.6, 0.5]),
    ])
    #expect(unsure.arm == "nothing" && unsure.balance.light == .green)
    #expect(unsure.balance.sentence.contains("the best arm is not better for sure"))
    let tiny = Self.advice([
      Self.tally("nothing", prAUC: [0.5, 0.51, 0.5, 0.51]), Self.tally("smote", prAUC: [0.505, 0.515, 0.505, 0.515]),
    ])
    #expect(tiny.arm == "nothing")
    let few = Self.advice(
      [Self.tally("nothing", prAUC: [0.5, 0.6, 0.4, 0.5]), Self.tally("smote", prAUC: [0.7, 0.4, 0.6, 0.5])],
      rareRows: 40)
    #expect(few.balance.light == .amber)
    #expect(few.balance.reason.contains("With 40 rare rows such differences cannot be told from chance"))
  }

  @Test func `An arm that ranks no better but decides better for sure is recommended`() {
    let advice = Self.advice([
      Self.tally("nothing", prAUC: [0.5, 0.5, 0.5, 0.5], f1: [0.4, 0.41, 0.39, 0.4]),
      Self.tally("smote", prAUC: [0.5, 0.5, 0.5, 0.5], f1: [0.5, 0.5, 0.49, 0.51]),
    ])
    #expect(advice.arm == "smote")
    #expect(advice.balance.reason.contains("F1, tuned"))
  }

  @Test func `Thresholds and probabilities are told with their figures`() {
    let advice = Self.advice([
      Self.tally("nothing", prAUC: [0.5, 0.5]), Self.tally("random", prAUC: [0.5, 0.5], ratio: 4),
    ])
    #expect(advice.threshold.sentence.hasPrefix("Tune the threshold"))
    #expect(advice.threshold.reason.contains("is 0.2 at a threshold of one half, and 0.5"))
    #expect(advice.probabilities.light == .green)
    #expect(advice.probabilities.reason.contains("With random, that of gradient boosting is 4.0 times"))
    let none = Self.advice([Self.tally("nothing", prAUC: [0.5, 0.5], ratio: 2)])
    #expect(none.arm == "nothing" && none.balance.light == .unknown)
    #expect(none.probabilities.light == .amber)
  }
}
