extension VerdictRules {
  /// How useful the rows are for training models.
  var useful: Verdict.Judgement {
    if let faultReason {
      return .init(
        .unknown, "How useful the rows are for training models cannot be judged: \(faultReason).",
        because: joined(["models must be tested on rows that neither side learned"]))
    }
    guard let synthetic = figures[.utilitySynthetic]?.value, let real = figures[.utilityReal]?.value else {
      return .init(
        .unknown, "How useful the rows are for training models was not measured.",
        because: joined([figures[.utilitySynthetic]?.why ?? figures[.utilityReal]?.why ?? "no target was given"]))
    }
    let measure = isRegression ? "R²" : "AUC"
    let chance = isRegression ? 0 : 0.5
    let reason =
      "a model trained on synthetic rows reaches \(measure) \(number(synthetic)) on unseen real rows, trained on real ones \(number(real))"
    if let holdoutRows, holdoutRows < Self.fewestTested {
      return .init(
        .unknown, "How useful the rows are for training models cannot be judged on so few held-out rows.",
        because: joined([reason, "\(holdoutRows) are held out; at least \(Self.fewestTested) are needed"]))
    }
    guard real > chance + 0.05 else {
      return .init(
        .unknown, "The other columns hardly predict the target, even when models learn from real rows.",
        because: joined([reason]))
    }
    let kept = (synthetic - chance) / (real - chance)
    let light: Verdict.Light = kept >= 0.93 ? .green : kept >= 0.75 ? .amber : .red
    if light == .green, let lost = losses.first(where: { $0.columns == [target] }) {
      return .init(
        .amber,
        "Models trained on the synthetic rows cannot predict \(named(lost.what)): no or hardly a synthetic row has it.",
        because: joined([reason]))
    }
    let sentence =
      switch light {
      case .green: "Models trained on the synthetic rows do nearly as well as models trained on real ones."
      case .amber: "Models trained on the synthetic rows work, but not as well as models trained on real ones."
      default: "Models trained on the synthetic rows do much worse than models trained on real ones."
      }
    return .init(light, sentence, because: joined([reason]))
  }
}
