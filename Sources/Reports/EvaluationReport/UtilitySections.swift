import Evaluation

extension EvaluationPage {
  var useful: Section {
    let intro: Markup
    if let utility = result.utility {
      let what: Markup = utility.task == .classification ? "the class" : "the number"
      intro =
        "Models learn to predict \(what) in <strong>\(Markup(name: utility.target))</strong>, once from real rows and once from synthetic rows. Both are tested on real rows that were held out."
    } else {
      intro = "Do models that learn from synthetic rows work on real ones?"
    }
    let parts =
      result.utility.map { [models($0), features($0), selection($0), calibration($0)].compactMap(\.self) } ?? []
    return Section(
      "useful", "How useful",
      blocks: [
        .text(intro), keyFigures(.utility),
        result.utility == nil ? .absent(Markup(text: result.utilityMissing ?? "no target column was named")) : nil,
      ], parts: parts)
  }

  // MARK: Models

  private func models(_ utility: UtilityDetails) -> Section? {
    guard !utility.scores.isEmpty else { return nil }
    let metrics = ModelMetric.allCases.filter { metric in
      utility.scores.contains { $0.metrics[metric]?.value != nil }
    }
    return Section(
      "models", "Models trained on real and on synthetic rows",
      guide: .init(
        shows: "How well different models do on held-out real rows, by what they were trained on.",
        good: "The two dots of a model lie close together, and the better models are the same ones.",
        otherwise:
          "Use the synthetic table for trying things out, and train the final model on real rows; more training steps or rows narrow the gap."
      ),
      blocks: [
        .pictures(
          .three, metrics.compactMap { picture(of: $0, utility) },
          legend: [
            LegendItem("ring real", "trained on real rows"), LegendItem("dot synthetic", "trained on synthetic rows"),
          ]),
        .fold("All scores in numbers", [scores(metrics, utility)]),
      ])
  }

  private func picture(of metric: ModelMetric, _ utility: UtilityDetails) -> Picture? {
    let description = metric.description
    let rows = names(of: utility).compactMap { name -> PairedDotChart.Row? in
      let values = UtilityDetails.Arm.allCases.compactMap { arm -> (series: Series, value: Double)? in
        value(metric, name, arm, utility).map { (arm == .real ? .real : .synthetic, $0) }
      }
      return values.isEmpty ? nil : PairedDotChart.Row(name: name, values: values)
    }
    guard !rows.isEmpty else { return nil }
    let chart = PairedDotChart(
      title: description.name,
      summary: "\(description.name) of \(rows.count) models, trained on real rows and on synthetic rows.", rows: rows,
      format: description.format, narrow: true,
      names: [.real: "trained on real", .synthetic: "on synthetic"])
    let better: Markup = description.direction == .lower ? "Lower is better." : "Higher is better."
    return Picture(chart, note: "\(description.meaning) \(better)", legend: false)
  }

  private func scores(_ metrics: [ModelMetric], _ utility: UtilityDetails) -> Block? {
    .table(
      DataTable(
        "All scores", head: ["Model, trained on"] + metrics.map { Markup(text: $0.description.name) },
        rows: names(of: utility).flatMap { name in
          UtilityDetails.Arm.allCases.compactMap { arm -> DataTable.Row? in
            guard utility.scores.contains(where: { $0.model == name && $0.arm == arm }) else { return nil }
            return .init(
              "\(Markup(name: name)), \(arm.rawValue)",
              metrics.map { value($0, name, arm, utility).map { NumberText.number($0) } ?? "–" })
          }
        }))
  }

  private func names(of utility: UtilityDetails) -> [String] {
    var names: [String] = []
    for score in utility.scores where !names.contains(score.model) { names.append(score.model) }
    return names
  }

  private func value(_ metric: ModelMetric, _ name: String, _ arm: UtilityDetails.Arm, _ utility: UtilityDetails)
    -> Double?
  {
    utility.scores.first { $0.model == name && $0.arm == arm }?.metrics[metric]?.value
  }

  // MARK: Features

  private func features(_ utility: UtilityDetails) -> Section? {
    guard !utility.features.isEmpty else { return nil }
    let shap = picture(
      "What predictions rest on", "Share of each column in the predictions on held-out rows (SHAP).", utility.features,
      { ($0.shapReal, $0.shapSynthetic) })
    let gain = picture(
      "What training gained from", "Share of each column in the gain of all splits.", utility.features,
      { ($0.gainReal, $0.gainSynthetic) })
    return Section(
      "features", "Columns that matter for the prediction",
      guide: .init(
        shows: "How much each column counts in gradient boosting, learned from real and from synthetic rows.",
        good: "The same columns lead, with similar shares: conclusions drawn from the synthetic table carry over.",
        otherwise: "A column that counts less in the synthetic table has lost part of its bond with the target."),
      blocks: [.pictures(.two, [shap, gain])])
  }

  private func picture(
    _ title: String, _ note: Markup, _ features: [UtilityDetails.FeatureScore],
    _ shares: (UtilityDetails.FeatureScore) -> (real: Double, synthetic: Double)
  ) -> Picture {
    let sorted = features.sorted { shares($0).real > shares($1).real }
    let shown = sorted.prefix(16)
    let chart = PairedDotChart(
      title: title,
      summary: "Shares of \(shown.count) columns; \(shown.first?.name.onOneLine ?? "none") leads in real rows.",
      rows: shown.map { feature in
        let (real, synthetic) = shares(feature)
        return .init(name: feature.name, values: [(.real, real), (.synthetic, synthetic)])
      }, format: .percent, names: [.real: "trained on real rows", .synthetic: "trained on synthetic rows"])
    return Picture(
      chart, note: shown.count < sorted.count ? "\(note) The first \(shown.count) of \(sorted.count)." : note,
      table: DataTable(
        title, head: ["Column", "Real", "Synthetic"],
        rows: sorted.map { .init(Markup(name: $0.name), [cell(shares($0).real), cell(shares($0).synthetic)]) }))
  }

  // MARK: Selection

  private func selection(_ utility: UtilityDetails) -> Section? {
    guard let selection = utility.selection else { return nil }
    let points =
      [(x: 0.0, y: selection.lossWithAll)] + selection.steps.enumerated().map { (x: Double($0 + 1), y: $1.loss) }
    let chart = LineChart(
      title: "Error as columns are left out",
      summary: "The cross-validated error with \(selection.steps.count) columns left out one after another.",
      xTitle: "columns left out", yTitle: utility.task == .classification ? "log-loss" : "squared error / variance",
      lines: [.init(series: .real, label: "cross-validated error", points: points, marked: points.count <= 40)],
      xStyle: .count)
    let out = selection.canBeLeftOut
    let answer: Markup =
      out.isEmpty
      ? "No column can be left out without loss."
      : "Could be left out: \(out.map { "<strong>\(Markup(name: $0))</strong>" as Markup }.joined(", "))."
    return Section(
      "selection", "Columns that could be left out",
      guide: .init(
        shows: "How the prediction fares when the least useful columns go one by one (real rows, cross-validated).",
        good: "The line stays flat for the columns that are named below: nothing is lost without them.",
        otherwise:
          "Fewer columns are easier to generate and tell less about people: leave out those that you do not need."),
      blocks: [
        .text(answer),
        selection.steps.isEmpty
          ? nil
          : .pictures(
            .two,
            [
              Picture(
                chart, legend: false,
                table: DataTable(
                  chart.title, head: ["Left out", "Error"],
                  rows: [.init("(none)", [NumberText.number(selection.lossWithAll)])]
                    + selection.steps.map { .init(Markup(name: $0.feature), [NumberText.number($0.loss)]) }))
            ]),
      ])
  }

  // MARK: Calibration

  private func calibration(_ utility: UtilityDetails) -> Section? {
    guard utility.task == .classification, !utility.calibration.isEmpty else { return nil }
    let lines = utility.calibration.map { curve in
      LineChart.Line(
        series: curve.arm == .real ? .real : .synthetic, label: "trained on \(curve.arm.rawValue) rows",
        points: zip(curve.predicted, curve.observed).map { (x: $0, y: $1) }, marked: true)
    }
    let positive = utility.classes.count == 2 ? utility.classes[1] : "the class"
    let chart = LineChart(
      title: "Predicted and observed", summary: "Calibration curves of gradient boosting for \(positive.onOneLine).",
      xTitle: "predicted probability of “\(TextWidth.fit(positive.onOneLine, 160))”", yTitle: "share that came true",
      lines: lines, xStyle: .percent, yStyle: .percent, xRange: 0...1, yRange: 0...1, diagonal: true)
    let rows = utility.calibration.flatMap { curve in
      zip(curve.predicted, zip(curve.observed, curve.rows)).map { predicted, rest in
        DataTable.Row(
          "\(curve.arm.rawValue)",
          [NumberText.percent(predicted), NumberText.percent(rest.0), NumberText.count(rest.1)])
      }
    }
    return Section(
      "calibration", "Can probabilities be believed?",
      guide: .init(
        shows: "Whether what a model calls 30% likely happens in 30% of the cases, on held-out real rows.",
        good: "Both lines lie along the dashed diagonal.",
        otherwise:
          "Set thresholds on real rows, or recalibrate the model on some of them, before acting on its probabilities."),
      blocks: [
        .pictures(
          .two,
          [
            Picture(
              chart, table: DataTable(chart.title, head: ["Trained on", "Predicted", "Came true", "Rows"], rows: rows))
          ])
      ])
  }
}
