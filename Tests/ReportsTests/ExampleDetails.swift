import Evaluation

/// The details behind the figures of made-up results.
enum ExampleDetails {
  static func projection(off: Double, _ numbers: inout ExampleNumbers) -> ProjectionDetails {
    func cloud(_ count: Int, shift: Double, _ numbers: inout ExampleNumbers) -> [[Double]] {
      (0..<count).map { index in
        let group = index % 3
        let x = [-1.6, 0.9, 2.2][group] + 0.7 * numbers.normal() + shift
        return [x, [0.4, -1.1, 1.3][group] + 0.5 * numbers.normal() + 0.2 * x * (1 + shift)]
      }
    }
    return ProjectionDetails(
      real: cloud(1500, shift: 0, &numbers), synthetic: cloud(1500, shift: off, &numbers),
      holdout: cloud(1500, shift: 0, &numbers), explained: [0.182, 0.114])
  }

  static func utility(_ names: [String], off: Double, _ numbers: inout ExampleNumbers) -> UtilityDetails {
    let models = [
      "logistic regression (L2)", "logistic regression (L1)", "decision tree", "random forest", "gradient boosting",
      "stack",
    ]
    let scores = UtilityDetails.Arm.allCases.flatMap { arm in
      models.enumerated().map { index, model in
        let base = 0.86 + 0.013 * Double(index) - (arm == .synthetic ? off * numbers.uniform(0.5...2.5) : 0)
        return UtilityDetails.ModelScore(
          model: model, arm: arm,
          metrics: [
            .rocAUC: Figure(base), .prAUC: Figure(base - 0.12), .f1AtHalf: Figure(base - 0.22),
            .f1Tuned: Figure(base - 0.2),
            .balancedAccuracy: Figure(base - 0.1), .brier: Figure(0.22 - base / 8), .logLoss: Figure(0.75 - base / 2),
            .r2: Figure(notApplicable: "classes are predicted"),
          ])
      }
    }
    let real = numbers.normalized(names.dropLast().indices.map { 1 / Double($0 + 1) })
    let features = names.dropLast().enumerated().map { index, name in
      let near = { (value: Double, noise: Double) in max(0, value * (1 + 6 * off * noise)) }
      return UtilityDetails.FeatureScore(
        name: name, gainReal: real[index], gainSynthetic: near(real[index], numbers.normal()),
        shapReal: real[index] * 0.9,
        shapSynthetic: near(real[index] * 0.9, numbers.normal()))
    }
    let steps = names.dropLast().reversed().enumerated().map { index, name in
      UtilityDetails.FeatureSelection.Step(feature: name, loss: 0.28 + 0.00002 * Double(index * index * index))
    }
    return UtilityDetails(
      target: names.last ?? "y", task: .classification, classes: ["<=50K", ">50K"], scores: scores, features: features,
      selection: .init(lossWithAll: 0.281, steps: steps, canBeLeftOut: steps.prefix(4).map(\.feature)),
      calibration: UtilityDetails.Arm.allCases.map { arm in
        let predicted = (0..<10).map { 0.05 + 0.1 * Double($0) }
        return UtilityDetails.CalibrationCurve(
          arm: arm, predicted: predicted,
          observed: predicted.map { min(1, max(0, $0 + (arm == .real ? 0.01 : 0.03) * numbers.normal())) },
          rows: (0..<10).map { 8000 / ($0 + 1) })
      })
  }

  static func privacy(_ names: [String], off: Double, _ numbers: inout ExampleNumbers) -> PrivacyDetails {
    func percentiles(_ scale: Double) -> [Double] {
      (0...100).map { index -> Double in
        let share = Double(index) / 100
        return scale * (share + 0.35 * share * share + (index == 100 ? 3 : 0))
      }
    }
    func ratios(_ bend: Double) -> [Double] {
      (0...100).map { index -> Double in
        let share = Double(index) / 100
        return 1 - (1 - share) * (1 - bend * share)
      }
    }
    var attacks = [FigureID.singlingOutUnivariate, .singlingOutMultivariate, .linkability].map {
      attack($0, nil, off, &numbers)
    }
    attacks += names.prefix(15).map { attack(.inference, $0, off, &numbers) }
    attacks[2].caution = "guessing did as well as the attack"
    return PrivacyDetails(
      syntheticToReal: percentiles(1 - 4 * off), syntheticToHoldout: percentiles(1.03), holdoutToReal: percentiles(1),
      ratioSynthetic: ratios(0.5 - 2 * off), ratioHoldout: ratios(0.52), attacks: attacks,
      membership: .init(auc: 0.503, accuracy: 0.501, truePositivesAtOnePercent: 0.0104))
  }

  private static func attack(_ name: FigureID, _ column: String?, _ off: Double, _ numbers: inout ExampleNumbers)
    -> PrivacyDetails.Attack
  {
    let rate = numbers.uniform(0.02...0.7), control = max(0, rate - off * numbers.uniform(-1...3))
    let risk = max(0, (rate - control) / (1 - control))
    return PrivacyDetails.Attack(
      name: name, column: column, attempts: 2000, successes: Int(rate * 2000), rate: rate, controlRate: control,
      baselineRate: rate * numbers.uniform(0.2...0.9),
      risk: Figure(risk, interval: .init(low: max(0, risk - 0.03), high: min(1, risk + 0.03))))
  }

  static func training(_ numbers: inout ExampleNumbers) -> TrainingDetails {
    TrainingDetails(
      method: "tabular-masked",
      curve: (1...60).map { index in
        let fall = 9 / (1 + 0.6 * Double(index))
        return .init(
          step: index * 25, training: 24.1 + fall + 0.06 * numbers.normal(),
          heldOut: index.isMultiple(of: 2) ? 24.35 + fall + 0.02 * numbers.normal() : nil)
      },
      byNoise: (1...10).map { index in
        let noise = Double(index) / 10
        return .init(noise: noise, training: 6 + 22 * noise, heldOut: 6.4 + 21.8 * noise)
      }, verdict: "right",
      explanation: "Held-out rows are as likely as training rows to within 1%, and the loss has stopped falling.")
  }
}
