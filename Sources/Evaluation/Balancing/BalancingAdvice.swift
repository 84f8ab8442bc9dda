/// What a comparison of arms says to do: a plain recommendation, "leave it alone" included.
///
/// The arm and model that rank best, or else those that decide best, are recommended only where they beat the best model
/// without balancing for sure (only these two are asked, as one of many beats it by chance): the 95 %
/// interval of the difference over the folds (``FoldMean``) lies above 0, and the difference is worth something. Otherwise
/// the classes are best left as they are: fewer rows to learn, and probabilities that need no correction.
struct BalancingAdvice {
  let tallies: [ArmTally]
  /// The best model without balancing.
  let reference: Int
  /// Rows to test on over rows to learn from.
  let ratio: Double
  /// Rows of the smallest class that figures are about.
  let rareRows: Int

  /// A difference in PR AUC or F1 that is worth the trouble.
  static let worthwhile = 0.01
  /// With fewer rare rows intervals are wide.
  static let few = 100

  /// A model of an arm beside the best without balancing.
  private struct Candidate {
    var arm: Int, model: Int, metric: BalancingMetric
    var value: Double, plain: (model: Int, value: Double), difference: Figure

    var isSure: Bool {
      (difference.interval?.low ?? -1) > 0 && (difference.value ?? 0) >= BalancingAdvice.worthwhile
    }
  }

  func advice(_ arms: [BalancingResult.Arm]) -> BalancingResult.Advice {
    let ranked = best(by: .prAUC), decided = best(by: .f1Tuned)
    let sure = [ranked, decided].compactMap(\.self).first { $0.isSure }
    let names = BalancingPanel.names
    return .init(
      arm: sure.map { tallies[$0.arm].id } ?? BalancingArm.nothing.id, model: names[sure?.model ?? reference],
      balance: balance(sure, ranked), threshold: threshold(arms), probabilities: probabilities(arms))
  }

  /// The model of an arm that does best by a metric, beside the best without balancing.
  private func best(by metric: BalancingMetric) -> Candidate? {
    let models = BalancingPanel.names.indices
    let plain = models.compactMap { model in tallies[0].mean(metric, model: model).map { (model: model, value: $0) } }
      .max { $0.value < $1.value }
    guard let plain else { return nil }
    let all = tallies.indices.dropFirst().filter { tallies[$0].failure == nil }.flatMap { arm in
      models.compactMap { model in tallies[arm].mean(metric, model: model).map { (arm: arm, model: model, value: $0) } }
    }
    return all.max { $0.value < $1.value }.map { best in
      let differences = tallies[best.arm].differences(to: tallies[0], metric, model: best.model, other: plain.model)
      return Candidate(
        arm: best.arm, model: best.model, metric: metric, value: best.value, plain: plain,
        difference: FoldMean.figure(differences, ratio: ratio))
    }
  }

  private func balance(_ sure: Candidate?, _ ranked: Candidate?) -> Verdict.Judgement {
    let names = BalancingPanel.names
    guard let told = sure ?? ranked else {
      return .init(
        .unknown, "No arm could be compared.", because: "None of them could be measured on this table.")
    }
    let difference = told.difference
    let interval =
      difference.interval.map { " (\(text($0.low, signed: true)) to \(text($0.high, signed: true)))" } ?? ""
    let reason =
      "The best model without balancing, \(names[told.plain.model]), has \(told.metric.name) \(text(told.plain.value)); the best with it, "
      + "\(names[told.model]) with \(tallies[told.arm].id), has \(text(told.value)): \(text(difference.value ?? 0, signed: true))\(interval)."
    if sure != nil {
      return .init(
        .green, "Balance with \(tallies[told.arm].id), and learn with \(names[told.model]).", because: reason)
    }
    let doubt =
      rareRows < Self.few
      ? " With \(rareRows) rare rows such differences cannot be told from chance: --repeats narrows the intervals a little, more rows narrow them a lot."
      : ""
    return .init(
      rareRows < Self.few ? .amber : .green,
      "Leave the classes as they are, and learn with \(names[reference]): the best arm is not better for sure.",
      because: reason + doubt)
  }

  private func threshold(_ arms: [BalancingResult.Arm]) -> Verdict.Judgement {
    let plain = arms[0].model(BalancingPanel.names[reference])
    guard let half = plain?.metrics[.f1AtHalf]?.value, let tuned = plain?.metrics[.f1Tuned]?.value else {
      return .init(.unknown, "Nothing is known of thresholds.", because: "No fold has the rows that it needs.")
    }
    let others = arms.dropFirst().compactMap { arm in
      arm.models.compactMap { $0.metrics[.f1AtHalf]?.value }.max().map { (arm.id, $0) }
    }.max { $0.1 < $1.1 }
    var reason =
      "Without balancing, F1 of \(BalancingPanel.names[reference]) is \(text(half)) at a threshold of one half, and \(text(tuned)) at one that was tuned on real rows."
    if let others { reason += " At one half the best that balancing gives is \(text(others.1)), with \(others.0)." }
    if tuned - half > Self.worthwhile {
      return .init(.green, "Tune the threshold on real rows that models have not seen.", because: reason)
    }
    return .init(.green, "A threshold of one half does here.", because: reason)
  }

  private func probabilities(_ arms: [BalancingResult.Arm]) -> Verdict.Judgement {
    let name = BalancingPanel.names[reference]
    guard let plain = arms[0].model(name), let own = plain.metrics[.meanRatio]?.value else {
      return .init(.unknown, "Nothing is known of probabilities.", because: "No fold has the rows that it needs.")
    }
    // The stack learns from real shares whatever the arm; the others show what balancing does.
    let shown = name == BalancingPanel.stack ? BalancingPanel.names[BalancingPanel.models.count - 1] : name
    let worst = arms.dropFirst().compactMap { arm -> (arm: BalancingResult.Arm, ratio: Double)? in
      arm.model(shown)?.metrics[.meanRatio]?.value.map { (arm, $0) }
    }.max { $0.ratio < $1.ratio }
    var reason =
      "Without balancing, the mean probability of \(name) is \(text(own)) times the share of rare rows, its Brier score \(text(plain.metrics[.brier]?.value ?? .nan))."
    if let worst, let model = worst.arm.model(shown), worst.ratio > 1.25 {
      reason +=
        " With \(worst.arm.id), that of \(shown) is \(text(worst.ratio)) times (Brier \(text(model.metrics[.brier]?.value ?? .nan))), and once corrected \(text(model.metrics[.meanRatioCorrected]?.value ?? .nan)) times (\(text(model.metrics[.brierCorrected]?.value ?? .nan)))."
    }
    let isRight = (0.8...1.25).contains(own)
    return .init(
      isRight ? .green : .amber,
      isRight
        ? "Without balancing probabilities are right on average; with it they must be corrected."
        : "Even without balancing probabilities are off: calibrate them on real rows.", because: reason)
  }

  private func text(_ value: Double, signed: Bool = false) -> String {
    let rounded = (value * 1000).rounded() / 1000
    let sign = rounded < 0 ? "−" : signed && rounded > 0 ? "+" : ""
    return sign + String(describing: abs(rounded))
  }
}
