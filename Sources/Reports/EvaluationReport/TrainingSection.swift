import Evaluation

extension EvaluationPage {
  var training: Section { TrainingSection(training: result.training, learner: "generator").section }
}

/// How a method learned.
struct TrainingSection {
  let training: TrainingDetails?
  /// What learned, such as `generator`.
  let learner: Markup

  var section: Section {
    let guide = Section.Guide(
      shows: "The \(learner)’s error while it learned, on rows that it learned from and on rows kept aside.",
      good: "Both lines fall and end close together: patterns were learned, not rows.",
      otherwise:
        "Still falling: give it more time. Held-out error rising while the other falls: it memorises; take fewer steps or more rows."
    )
    guard let training else {
      return Section(
        "training", "How the \(learner) learned",
        blocks: [.absent("the \(learner) was not trained in this run, so its learning curve is not known")])
    }
    let verdict: Markup =
      switch training.verdict {
      case "right": "Learned well."
      case "underfitted": "Learned too little."
      case "memorising": "Memorising."
      default: "Not known."
      }
    return Section(
      "training", "How the \(learner) learned", guide: guide,
      blocks: [
        .text("<strong>\(verdict)</strong> \(training.explanation)"),
        .pictures(.two, [learning(training), noise(training)].compactMap(\.self)),
      ])
  }

  private func learning(_ training: TrainingDetails) -> Picture? {
    let points = training.curve.filter(\.training.isFinite)
    guard points.count > 1, let last = points.last else { return nil }
    // The first steps fall from so high that all later ones would look flat.
    let settled = points.filter { $0.step * 20 >= last.step }
    let values = settled.flatMap { [$0.training, $0.heldOut].compactMap(\.self) }.filter(\.isFinite)
    let low = values.min() ?? 0, high = values.max() ?? 1, margin = max((high - low) * 0.08, 1e-6)
    let range = low - margin...high + margin
    let line = { (series: Series, label: String, value: (TrainingDetails.Point) -> Double?) in
      LineChart.Line(
        series: series, label: label,
        points: points.compactMap { point in
          value(point).flatMap { range.contains($0) ? (x: Double(point.step), y: $0) : nil }
        })
    }
    let heldOut = line(.holdout, "rows kept aside") { $0.heldOut }
    let chart = LineChart(
      title: "Learning curve",
      summary: """
        Loss over \(NumberText.count(last.step)) steps; at the end \(NumberText.number(last.training)) on training rows\
        \(last.heldOut.map { " and \(NumberText.number($0)) on rows kept aside" } ?? "").
        """,
      xTitle: "training steps", yTitle: "loss, nats a row",
      lines: [line(.real, "rows learned from") { $0.training }] + (heldOut.points.isEmpty ? [] : [heldOut]),
      xStyle: .count, xRange: 0...Double(last.step), yRange: range)
    return Picture(
      chart,
      note: settled.count < points.count
        ? "Lower is better. The steep beginning lies above the picture." : "Lower is better.",
      table: DataTable(
        chart.title, head: ["Step", "Rows learned from", "Rows kept aside"],
        rows: stride(from: 0, to: points.count, by: max(1, points.count / 20)).map { index in
          .init(
            "\(NumberText.count(points[index].step))",
            [NumberText.number(points[index].training), points[index].heldOut.map { NumberText.number($0) } ?? "–"])
        }))
  }

  private func noise(_ training: TrainingDetails) -> Picture? {
    let points = training.byNoise
    guard points.count > 1 else { return nil }
    let chart = LineChart(
      title: "Loss by how much is hidden",
      summary: "Loss at \(points.count) noise levels, from little hidden to all, on training rows and rows kept aside.",
      xTitle: "share of the row that is hidden", yTitle: "loss, nats a row",
      lines: [
        .init(
          series: .real, label: "rows learned from", points: points.map { (x: $0.noise, y: $0.training) }, marked: true),
        .init(
          series: .holdout, label: "rows kept aside", points: points.map { (x: $0.noise, y: $0.heldOut) }, marked: true),
      ], xStyle: .percent, xRange: 0...1)
    return Picture(
      chart,
      note: "A gap at the left means that rows were learned by heart: the rest of the row gives the hidden cell away.",
      table: DataTable(
        chart.title, head: ["Hidden", "Rows learned from", "Rows kept aside"],
        rows: points.map {
          .init("\(NumberText.percent($0.noise))", [NumberText.number($0.training), NumberText.number($0.heldOut)])
        }))
  }
}
