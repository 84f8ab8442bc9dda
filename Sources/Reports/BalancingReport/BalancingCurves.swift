import Evaluation

extension BalancingPage {
  /// An arm that is drawn.
  private typealias Shown = (series: Series, arm: BalancingResult.Arm, curves: BalancingResult.Curves)

  /// Precision over recall and calibration of the reference model: without balancing, with diffusion, and with the best of
  /// the others.
  var curves: Section? {
    let shown = curveArms
    guard !shown.isEmpty else { return nil }
    let rare = result.subject.classes.filter(\.isRare).min { $0.rows < $1.rows }?.label ?? ""
    return Section(
      "curves", "Curves of \(result.reference)",
      guide: .init(
        shows:
          "For the class \(Markup(name: rare)): how precise the model is at every recall, and whether what it calls 30% likely happens in 30% of the cases.",
        good: "The upper line on the left; on the right, points along the dashed diagonal.",
        otherwise:
          "Points below the diagonal call the class too likely, as balancing does: correct the probabilities, or leave the classes as they are."
      ),
      blocks: [.pictures(.two, [precisionRecall(shown), calibration(shown, rare)])])
  }

  /// One arm a colour: without balancing, the best of the arms that are not drawn otherwise, and diffusion.
  private var curveArms: [Shown] {
    let others = measured.dropFirst().filter { $0.id != "diffusion" && $0.newRows > 0 }
    let best = others.max { score($0) < score($1) }
    let picked: [(Series, BalancingResult.Arm?)] = [
      (.real, measured.first), (.holdout, best), (.synthetic, measured.first { $0.id == "diffusion" }),
    ]
    return picked.compactMap { series, arm in
      guard let arm, let curves = arm.curves, !curves.recall.isEmpty else { return nil }
      return (series, arm, curves)
    }
  }

  private func score(_ arm: BalancingResult.Arm) -> Double { arm.model(result.reference)?.metrics[.prAUC]?.value ?? -1 }

  private func lines(
    _ shown: [Shown], _ x: KeyPath<BalancingResult.Curves, [Double]>, _ y: KeyPath<BalancingResult.Curves, [Double]>,
    marked: Bool = false
  ) -> [LineChart.Line] {
    shown.map { entry in
      .init(
        series: entry.series, label: entry.arm.id,
        points: zip(entry.curves[keyPath: x], entry.curves[keyPath: y]).map { (x: $0, y: $1) }, marked: marked)
    }
  }

  private func precisionRecall(
    _ shown: [Shown]
  ) -> Picture {
    let chart = LineChart(
      title: "Precision over recall",
      summary: "Precision–recall curves of \(shown.map(\.arm.id).joined(separator: ", ")).",
      xTitle: "recall: share of the class that is found", yTitle: "precision",
      lines: lines(shown, \.recall, \.precision), xStyle: .percent, yStyle: .percent, xRange: 0...1, yRange: 0...1)
    let steps = [0.1, 0.25, 0.5, 0.75, 0.9]
    return Picture(
      chart, note: "Over the rows of all folds.",
      table: DataTable(
        chart.title, head: ["Recall"] + shown.map { Markup(text: $0.arm.id) },
        rows: steps.map { step in
          .init(
            Markup(text: NumberText.percent(step)),
            shown.map { entry in
              let place = entry.curves.recall.firstIndex { $0 >= step }
              return place.map { NumberText.percent(entry.curves.precision[$0]) } ?? "–"
            })
        }))
  }

  private func calibration(
    _ shown: [Shown], _ rare: String
  ) -> Picture {
    let chart = LineChart(
      title: "Predicted and observed",
      summary: "Calibration curves of \(shown.map(\.arm.id).joined(separator: ", ")).",
      xTitle: "predicted probability of “\(TextWidth.fit(rare.onOneLine, 160))”", yTitle: "share that came true",
      lines: lines(shown, \.predicted, \.observed, marked: true), xStyle: .percent, yStyle: .percent, xRange: 0...1,
      yRange: 0...1, diagonal: true)
    return Picture(
      chart, note: "Before any correction; groups of ten percent each, some with few rows.",
      table: DataTable(
        chart.title, head: ["Way", "Predicted", "Came true", "Rows"],
        rows: shown.flatMap { entry in
          entry.curves.predicted.indices.map { place in
            DataTable.Row(
              Markup(text: entry.arm.id),
              [
                NumberText.percent(entry.curves.predicted[place]), NumberText.percent(entry.curves.observed[place]),
                NumberText.count(entry.curves.rows[place]),
              ])
          }
        }))
  }
}
