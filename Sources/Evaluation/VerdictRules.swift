import Foundation

/// The rules by which figures become a verdict in plain language.
///
/// The limits are rules of thumb, each beside what real rows score: a synthetic table is not asked to be better than
/// the held-out rows are.
struct VerdictRules {
  let figures: [FigureID: Figure]
  /// The held-out rows; nil: not known.
  var holdoutRows: Int?
  /// Whether numbers are predicted.
  var isRegression = false

  /// With fewer rows held out nothing is said of privacy but copies.
  static let fewestHeldOut = 50

  var verdict: Verdict { Verdict(alike: alike, safe: safe, useful: useful) }

  // MARK: Alike

  private var alike: Verdict.Judgement {
    let shape = figures[.shapeError]
    let trend = figures[.trendError]
    guard let shapeError = shape?.value else {
      return .init(
        .unknown, "How alike the tables are could not be measured.", because: joined([shape?.why ?? "no figures"]))
    }
    var reasons = ["columns differ by \(percent(shapeError))\(floor(shape))"]
    // A perfect generator scores the floor; small tables have a high one.
    var light = grade(shapeError, green: max(0.03, 2 * (shape?.floor ?? 0)), amber: max(0.1, 4 * (shape?.floor ?? 0)))
    if let value = trend?.value {
      reasons.append("pairs of columns by \(percent(value))\(floor(trend))")
      light = worse(
        light, grade(value, green: max(0.05, 2 * (trend?.floor ?? 0)), amber: max(0.15, 4 * (trend?.floor ?? 0))))
    }
    if let trees = figures[.detectionTrees], let value = trees.value {
      // Below chance trees go by rows that stand in both tables: what one fold has as real another has as synthetic.
      reasons.append(
        value < 0.45
          ? "a detector does worse than guessing (AUC \(number(value))), as where rows of one table stand in the other"
          : "a detector tells them from real rows with an AUC of \(number(value)) (guessing: 0.50\(floorPart(trees)))")
      let chance = max(0.5, trees.floor ?? 0.5)
      light = worse(light, grade(value, green: chance + 0.12, amber: chance + 0.35))
    }
    for (id, words) in [
      (FigureID.rangeViolations, "of the values are beyond what real rows have"),
      (.typeViolations, "of the values are of another type"),
    ] {
      guard let figure = figures[id], let value = figure.value else { continue }
      let floor = figure.floor ?? 0
      let found = grade(value, green: 0.01 + 2 * floor, amber: 0.05 + 4 * floor)
      guard found != .green else { continue }
      reasons.append("\(percent(value)) \(words)\(figure.floor.map { " (of unseen real rows \(percent($0)))" } ?? "")")
      light = worse(light, found)
    }
    let sentence =
      switch light {
      case .green: "The synthetic rows look like the real ones: columns and their relations are nearly the same."
      case .amber: "The synthetic rows are much like the real ones, but a trained eye can tell them apart."
      default: "The synthetic rows differ clearly from the real ones."
      }
    return .init(light, sentence, because: joined(reasons))
  }

  // MARK: Safe

  private var safe: Verdict.Judgement {
    var reasons: [String] = []
    var light = Verdict.Light.green
    var hasReference = false
    if let copies = figures[.copies], let value = copies.value {
      let natural = copies.floor ?? 0
      reasons.append(
        "\(percent(value)) of the rows equal a real one\(copies.floor.map { " (among unseen real rows \(percent($0)) do)" } ?? "")"
      )
      if copies.floor != nil {
        hasReference = true
        light = worse(light, grade(value, green: natural * 1.5 + 0.002, amber: natural * 3 + 0.02))
      }
    }
    if light != .red, let holdoutRows, holdoutRows < Self.fewestHeldOut {
      return .init(
        .unknown, "How safe the rows are to share cannot be judged with so few real rows that are held out.",
        because: joined(
          reasons + [
            "\(holdoutRows) \(holdoutRows == 1 ? "row is" : "rows are") held out; at least \(Self.fewestHeldOut) are needed"
          ]))
    }
    // Of these three the lower end of the interval counts: what is beyond chance.
    if let share = figures[.distanceShare], let value = share.value {
      hasReference = true
      reasons.append("\(percent(value)) lie nearer to rows learned from than to unseen ones (50% is ideal)")
      light = worse(light, grade(share.interval?.low ?? value, green: 0.55, amber: 0.65))
    }
    if let membership = figures[.membershipAUC], let value = membership.value {
      reasons.append("guessing who was in the data succeeds with an AUC of \(number(value)) (chance: 0.50)")
      light = worse(light, grade(membership.interval?.low ?? value, green: 0.56, amber: 0.65))
    }
    let attacks: [FigureID] = [.singlingOutUnivariate, .singlingOutMultivariate, .linkability, .inference]
    let risks = attacks.compactMap { id in
      figures[id].flatMap { figure in figure.value.map { (id, $0, figure.interval) } }
    }
    // A gain beyond chance is worse than a larger one that may be chance alone.
    if let worst = risks.max(by: { ($0.2?.low ?? $0.1, $0.1) < ($1.2?.low ?? $1.1, $1.1) }) {
      reasons.append("the worst of the attacks that were tried gains \(percent(worst.1))\(within(worst.2))")
      light = worse(light, grade(worst.2?.low ?? worst.1, green: 0.05, amber: 0.2))
    }
    guard hasReference else {
      // Of tables with few different rows this holds without any copying, so it is not red.
      if let copies = figures[.copies]?.value, copies >= 0.5 {
        return .init(
          .amber, "Most synthetic rows equal a real one: share them only if any such table would have these rows.",
          because: joined(reasons + ["no held-out rows were given"]))
      }
      return .init(
        .unknown, "How safe the rows are to share cannot be judged without real rows that the generator has not seen.",
        because: joined(reasons + ["no held-out rows were given"]))
    }
    let sentence =
      switch light {
      case .green: "No sign that real people's rows were copied was found; that is no proof of anonymity."
      case .amber: "Some rows are closer to real ones than chance explains: look before you share."
      default: "The synthetic rows give real ones away: do not share them."
      }
    return .init(light, sentence, because: joined(reasons))
  }

  // MARK: Useful

  private var useful: Verdict.Judgement {
    guard let synthetic = figures[.utilitySynthetic]?.value, let real = figures[.utilityReal]?.value else {
      return .init(
        .unknown, "How useful the rows are for training models was not measured.",
        because: joined([figures[.utilitySynthetic]?.why ?? figures[.utilityReal]?.why ?? "no target was given"]))
    }
    let measure = isRegression ? "R²" : "AUC"
    let chance = isRegression ? 0 : 0.5
    let reason =
      "a model trained on synthetic rows reaches \(measure) \(number(synthetic)) on unseen real rows, trained on real ones \(number(real))"
    guard real > chance + 0.05 else {
      return .init(
        .unknown, "The other columns hardly predict the target, even when models learn from real rows.", because: reason
      )
    }
    let kept = (synthetic - chance) / (real - chance)
    let light: Verdict.Light = kept >= 0.93 ? .green : kept >= 0.75 ? .amber : .red
    let sentence =
      switch light {
      case .green: "Models trained on the synthetic rows do nearly as well as models trained on real ones."
      case .amber: "Models trained on the synthetic rows work, but not as well as models trained on real ones."
      default: "Models trained on the synthetic rows do much worse than models trained on real ones."
      }
    return .init(light, sentence, because: joined([reason]))
  }

  // MARK: Words

  private func grade(_ value: Double, green: Double, amber: Double) -> Verdict.Light {
    value <= green ? .green : value <= amber ? .amber : .red
  }

  private func worse(_ a: Verdict.Light, _ b: Verdict.Light) -> Verdict.Light {
    let order: [Verdict.Light] = [.unknown, .green, .amber, .red]
    return order.firstIndex(of: a)! >= order.firstIndex(of: b)! ? a : b
  }

  private func floor(_ figure: Figure?) -> String {
    figure?.floor.map { " (unseen real rows by \(percent($0)))" } ?? ""
  }

  private func within(_ interval: Figure.Interval?) -> String {
    interval.map { " (95% interval: \(percent($0.low)) to \(percent($0.high)))" } ?? ""
  }

  private func floorPart(_ figure: Figure) -> String {
    figure.floor.map { ", unseen real rows: \(number($0))" } ?? ""
  }

  private func joined(_ reasons: [String]) -> String {
    let text = reasons.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private func percent(_ share: Double) -> String {
    share == 0 ? "0%" : String(format: abs(share) < 0.0995 ? "%.1f%%" : "%.0f%%", share * 100)
  }

  private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}
