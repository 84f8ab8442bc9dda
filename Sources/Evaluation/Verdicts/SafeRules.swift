import Foundation

extension VerdictRules {
  /// How safe the rows are to share.
  var safe: Verdict.Judgement {
    var reasons: [String] = []
    var findings = copyFindings(&reasons)
    let unusable = faultReason
    let isJudgedByHoldout = unusable == nil && (holdoutRows ?? .max) >= Self.fewestHeldOut
    var hasReference = false
    if isJudgedByHoldout { hasReference = memorising(&reasons, &findings) }

    if let worst = Self.worst(findings) {
      if let unusable { reasons.append(unusable) }
      return .init(
        worst.light,
        worst.light == .red
          ? "The synthetic rows give real ones away, do not share them: \(worst.headline)."
          : "Some rows are closer to real ones than chance explains, look before you share: \(worst.headline).",
        because: joined(reasons))
    }
    if let unusable {
      return .init(
        .unknown, "How safe the rows are to share cannot be judged: \(unusable).",
        because: joined(reasons.isEmpty ? [unusable] : reasons))
    }
    if let overlaps, overlaps.differentRows < Self.fewestDifferent {
      let rows =
        overlaps.differentRows == 1 ? "one synthetic row" : "\(overlaps.differentRows) different synthetic rows"
      return .init(
        .unknown, "How safe the rows are to share cannot be judged by \(rows).",
        because: joined(reasons + ["at least \(Self.fewestDifferent) are needed"]))
    }
    if let overlaps, Double(overlaps.differentRows) < 0.6 * overlaps.differentRowsByChance {
      return .init(
        .unknown, "How safe the rows are to share cannot be judged: the synthetic rows repeat each other.",
        because: joined(reasons + ["\(overlaps.differentRows) of them are different"]))
    }
    if let holdoutRows, holdoutRows < Self.fewestHeldOut {
      return .init(
        .unknown, "How safe the rows are to share cannot be judged with so few real rows that are held out.",
        because: joined(
          reasons + [
            "\(holdoutRows) \(holdoutRows == 1 ? "row is" : "rows are") held out; at least \(Self.fewestHeldOut) are needed"
          ]))
    }
    guard hasReference else {
      return .init(
        .unknown,
        "No copies of real rows were found; whether rows were memorised cannot be judged without held-out real rows.",
        because: joined(reasons + ["no held-out rows were given"]))
    }
    if let interval = figures[.distanceShare]?.interval, interval.high > 0.65 {
      return .init(
        .unknown, "No sign of copied rows was found, but these rows are too few to rule memorising out.",
        because: joined(
          reasons + ["the share of near rows lies between \(percent(interval.low)) and \(percent(interval.high))"]))
    }
    return .init(
      .green, "No sign that real people's rows were copied was found; that is no proof of anonymity.",
      because: joined(reasons))
  }

  /// Why the hold-out judges nothing, in words.
  var faultReason: String? {
    guard let overlaps, let fault = overlaps.fault else { return nil }
    switch fault {
    case .learned:
      guard let overlap = overlaps.holdoutInReal else { return nil }
      return overlap.share - overlap.byChance > TableOverlaps.tolerated
        ? "\(percent(overlap.share)) of the held-out rows stand in the real table (by chance \(percent(overlap.byChance)))"
        : "the held-out rows are near copies of rows of the real table"
    case .synthetic:
      guard let overlap = overlaps.syntheticInHoldout else { return nil }
      return overlap.share - overlap.byChance > TableOverlaps.tolerated
        ? "\(percent(overlap.share)) of the synthetic rows stand in the hold-out (by chance \(percent(overlap.byChance)))"
        : "the synthetic rows are near copies of held-out rows"
    }
  }

  // MARK: Copies, with or without a hold-out

  /// Exact copies, copies in all columns but one, near copies.
  private func copyFindings(_ reasons: inout [String]) -> [Finding] {
    var findings: [Finding] = []
    if let copies = figures[.copies], let mean = copies.value {
      // Over several samplings the figure is a mean; the worst of them counts.
      let value = max(mean, overlaps?.syntheticInReal.share ?? 0)
      let chance = overlaps?.syntheticInReal.byChance ?? copies.floor
      reasons.append(
        "\(percent(value)) of the rows equal a real one\(chance.map { " (by chance \(percent($0)))" } ?? "")")
      // Where nearly every row is a frequent one, equal rows say nothing.
      let known = chance ?? 0
      if known < 0.9 {
        let excess = (value - known) / (1 - known)
        // One row may be chance that the real rows do not show.
        let one = syntheticRows.map { min(0.005, 1 / Double(max(1, $0))) } ?? 0
        // What chance explains is itself measured, on as many rows as there are.
        let rows = 1 / Double(max(1, realRows ?? .max)) + 1 / Double(max(1, syntheticRows ?? .max))
        let error = 2 * (known * (1 - known) * rows).squareRoot()
        let light = grade(
          excess, green: 0.002 + one + 0.5 * known + error, amber: 0.02 + min(2 * known, 0.4) + error)
        findings.append(.init(light: light, headline: "\(percent(value)) of them equal a real row"))
      }
    }
    if let found = overlaps?.allButOneColumn {
      let excess = found.share - found.byChance
      findings.append(
        .init(
          light: grade(excess, green: 0.05 + found.byChance / 2, amber: 0.2 + found.byChance / 2),
          headline: "\(percent(found.share)) of them equal a real row in all columns but \(named(found.column))"))
    }
    if let near = overlaps?.syntheticInReal.near {
      let byChance = SuccessRate(attempts: near.rows, successes: near.closeByChance * Double(near.rows))
      let close = near.closeLow - byChance.rate - byChance.error
      reasons.append(
        "\(percent(near.close)) lie far nearer to one real row than to any other (of real rows \(percent(near.closeByChance)))"
      )
      let lights = [grade(near.interval.low, green: 0.55, amber: 0.65), grade(close, green: 0.02, amber: 0.1)]
      findings.append(
        .init(
          light: lights.contains(.red) ? .red : lights.contains(.amber) ? .amber : .green,
          headline: close > 0.02
            ? "\(percent(near.close)) of them are near copies of a real row"
            : "they lie closer to single real rows than real rows do to each other"))
    }
    return findings
  }

  // MARK: Memorising, by held-out rows

  /// Of these the lower end of the interval counts: what is beyond chance. Returns whether any applies.
  private func memorising(_ reasons: inout [String], _ findings: inout [Finding]) -> Bool {
    var hasReference = false
    if let share = figures[.distanceShare], let value = share.value {
      hasReference = true
      reasons.append("\(percent(value)) lie nearer to rows learned from than to unseen ones (50% is ideal)")
      findings.append(
        .init(
          light: grade(share.interval?.low ?? value, green: 0.55, amber: 0.65),
          headline: "\(percent(value)) lie nearer to rows learned from than to unseen ones"))
    }
    if let membership = figures[.membershipAUC], let value = membership.value {
      reasons.append("guessing who was in the data succeeds with an AUC of \(number(value)) (chance: 0.50)")
      findings.append(
        .init(
          light: grade(membership.interval?.low ?? value, green: 0.56, amber: 0.65),
          headline: "one can tell who was in the data (AUC \(number(value)))"))
    }
    guard hasReference else { return false }
    let attacks: [FigureID] = [.singlingOutUnivariate, .singlingOutMultivariate, .linkability, .inference]
    let risks = attacks.compactMap { id in
      figures[id].flatMap { figure in figure.value.map { (id, $0, figure.interval) } }
    }
    // A gain beyond chance is worse than a larger one that may be chance alone.
    guard let worst = risks.max(by: { ($0.2?.low ?? $0.1, $0.1) < ($1.2?.low ?? $1.1, $1.1) }) else { return true }
    reasons.append("the worst of the attacks that were tried gains \(percent(worst.1))\(within(worst.2))")
    for (id, value, interval) in risks {
      findings.append(
        .init(
          light: grade(interval?.low ?? value, green: 0.05, amber: 0.2),
          headline: "an attack gains \(percent(value)) (\(id.description.name))"))
    }
    return true
  }
}
