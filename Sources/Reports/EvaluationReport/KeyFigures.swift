import Evaluation

extension EvaluationPage {
  /// The figures of one question, each with what it takes to read it.
  func keyFigures(_ section: FigureDescription.Section) -> Block? {
    let entries = FigureID.allCases.compactMap { id -> FigureList.Entry? in
      guard id.description.section == section, let figure = result.figures[id] else { return nil }
      // It stands beside the figure that it is the yardstick of.
      if id == .utilityReal, figure.value != nil, result.figures[.utilitySynthetic]?.value != nil { return nil }
      return entry(id, figure)
    }
    let yardstick =
      section == .utility ? "trained on real rows" : "held-out real rows, judged as if they were synthetic"
    let hasYardstick = result.subject.holdout != nil
    return .figures(
      entries,
      legend: [LegendItem("dot synthetic", "this synthetic table")]
        + (hasYardstick ? [LegendItem("outline holdout", yardstick)] : [])
        + [LegendItem("tick", "guessing")])
  }

  private func entry(_ id: FigureID, _ figure: Figure) -> FigureList.Entry {
    let description = id.description
    let chance = chance(id)
    guard let value = figure.value, value.isFinite else {
      return FigureList.Entry(
        name: Markup(text: description.name), meaning: Markup(text: description.meaning),
        why: Markup(text: figure.why ?? "it was not measured"), context: [])
    }
    let text = { (value: Double) in NumberText.text(value, description.format) }
    var context: [Markup] = []
    let yardstick = figure.floor ?? (id == .utilitySynthetic ? result.figures[.utilityReal]?.value : nil)
    if let yardstick {
      context.append("\(id == .utilitySynthetic ? "trained on real" : "held-out real"): <b>\(text(yardstick))</b>")
    }
    if figure.floor == nil, let sampling = figure.sampling {
      context.append("two samples of real rows: <b>\(text(sampling))</b>")
    }
    if let interval = figure.interval {
      context.append("95% range: \(NumberText.interval(interval.low, interval.high, description.format))")
    }
    if let chance { context.append("\(id.description.chance == 0 ? "no relation" : "guessing"): \(text(chance))") }
    context.append(direction(description))
    let strip = Strip(
      value: value, interval: figure.interval.map { min($0.low, $0.high)...max($0.low, $0.high) }, floor: yardstick,
      chance: chance, range: Self.range(figure, value, description), format: description.format)
    return FigureList.Entry(
      name: Markup(text: description.name), meaning: Markup(text: description.meaning),
      value: Markup(text: text(value)),
      context: context, strip: strip.drawing().ornament)
  }

  /// What guessing scores; for predictions that depends on what is predicted.
  private func chance(_ id: FigureID) -> Double? {
    guard id == .utilitySynthetic || id == .utilityReal else { return id.description.chance }
    return result.utility.map { $0.task == .classification ? 0.5 : 0 }
  }

  func direction(_ description: FigureDescription) -> Markup {
    switch (description.direction, description.format) {
    case (.lower, _): "lower is better"
    case (.higher, _): "higher is better"
    case (.nearHalf, .percent): "near 50% is best"
    case (.nearHalf, .number): "near 0.5 is best"
    case (.nearFloor, _): "near the held-out rows is best"
    }
  }

  /// The scale of a figure: from its best value to the worst that matters.
  private static func range(_ figure: Figure, _ value: Double, _ description: FigureDescription) -> ClosedRange<Double>
  {
    let all = [value, figure.floor, figure.interval?.low, figure.interval?.high].compactMap(\.self).filter(\.isFinite)
    let low = all.min() ?? value, high = all.max() ?? value
    switch description.direction {
    // Errors are small; on a scale up to 1 none could be told from its floor.
    case .lower where high <= 1: return min(0, low)...min(1, max(Axis.roundUp(high * 1.25), 0.02))
    case .lower: return min(0, low)...Axis.roundUp(high * 1.1)
    case .higher, .nearHalf, .nearFloor: return min(0, low)...max(1, high)
    }
  }
}
