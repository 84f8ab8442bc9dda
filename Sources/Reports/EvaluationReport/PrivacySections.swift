import Evaluation

extension EvaluationPage {
  var safe: Section {
    Section(
      "safe", "How safe",
      blocks: [
        .text("Did the generator copy people instead of learning patterns, and what could an attacker gain?"),
        keyFigures(.privacy),
      ],
      parts: [overlaps, distances, attacks])
  }

  // MARK: Distances

  private var distances: Section {
    let privacy = result.privacy
    let guide = Section.Guide(
      shows: "How far rows lie from the closest real row, and whether that one stands out from the second closest.",
      good:
        "The orange curve does not rise before the others: synthetic rows are no closer to training rows than held-out real rows are.",
      otherwise: "Train for fewer steps, or with more rows; take out rows that are exact or near copies.")
    guard privacy.syntheticToReal.count > 1 else {
      return Section(
        "distances", "Distance to real rows", guide: guide, blocks: [.absent("no distances were measured")])
    }
    var lines: [(Series, String, [Double])] = [(.synthetic, "synthetic to training rows", privacy.syntheticToReal)]
    if let list = privacy.syntheticToHoldout { lines.append((.holdout, "synthetic to held-out rows", list)) }
    if let list = privacy.holdoutToReal { lines.append((.real, "held-out to training rows", list)) }
    var ratios: [(Series, String, [Double])] = [(.synthetic, "synthetic rows", privacy.ratioSynthetic)]
    if let list = privacy.ratioHoldout { ratios.append((.real, "held-out real rows", list)) }
    let pictures = [
      cumulative(
        "Distance to the closest real row", lines, xTitle: "distance, in the units of the scaled table",
        note: "How many rows have a real row at most this far away. Copies are at 0."),
      cumulative(
        "Closest against second closest", ratios, xTitle: "distance to the closest / to the second closest",
        note: "Near 1: one real row among many. Near 0: glued to a single real row.", range: 0...1),
    ]
    return Section(
      "distances", "Distance to real rows", guide: guide,
      blocks: [
        privacy.holdoutToReal == nil ? .text(missingComparison) : nil,
        .pictures(.two, pictures.compactMap(\.self)),
      ])
  }

  private var missingComparison: Markup {
    result.overlaps.fault == nil
      ? "Without held-out rows there is nothing to compare with: give some with <code>--holdout</code>."
      : "There is nothing to compare with, because the hold-out shares rows with another table: give others with <code>--holdout</code>."
  }

  /// Percentiles as a cumulative curve.
  private func cumulative(
    _ title: String, _ curves: [(Series, String, [Double])], xTitle: String, note: Markup,
    range: ClosedRange<Double>? = nil
  ) -> Picture? {
    let curves = curves.filter { $0.2.count > 1 && $0.2.allSatisfy(\.isFinite) }
    guard !curves.isEmpty else { return nil }
    // The last percent may reach far out.
    let far = curves.map { $0.2[($0.2.count - 1) * 99 / 100] }.max() ?? 1
    let range = range ?? 0...max(far, 1e-6)
    let lines = curves.map { series, label, values in
      LineChart.Line(
        series: series, label: label,
        points: values.enumerated().map { (x: $1, y: Double($0) / Double(values.count - 1)) }
          .filter { range.contains($0.x) })
    }
    let medians = curves.map { "\($0.1) \(NumberText.number($0.2[$0.2.count / 2]))" }.joined(separator: ", ")
    let chart = LineChart(
      title: title, summary: "Cumulative curves. Medians: \(medians).", xTitle: xTitle, yTitle: "share of rows",
      lines: lines, yStyle: .percent, xRange: range, yRange: 0...1)
    let shown = [0, 1, 5, 10, 25, 50, 75, 90, 99]
    return Picture(
      chart, note: note,
      table: DataTable(
        title, head: ["Share of rows"] + curves.map { Markup(text: $0.1) },
        rows: shown.map { percent in
          .init(
            "\(percent)%", curves.map { NumberText.number($0.2[min($0.2.count - 1, ($0.2.count - 1) * percent / 100)]) }
          )
        }))
  }

  // MARK: Attacks

  private var attacks: Section {
    let attacks = result.privacy.attacks
    let guide = Section.Guide(
      shows:
        "Attacks on the synthetic table, each tried many times on people whose rows were learned from and on people whose rows were not.",
      good:
        "Attacks succeed as rarely on training rows as on held-out rows; the interval of the risk reaches down to 0%.",
      otherwise:
        "Do not share the table openly. Leave out or coarsen the columns that are guessed, and train for fewer steps.")
    guard !attacks.isEmpty else {
      return Section("attacks", "Attacks", guide: guide, blocks: [.absent("no attack was tried")] + membership)
    }
    let worst = attacks.sorted { ($0.risk.value ?? -1) > ($1.risk.value ?? -1) }
    let cautions = worst.compactMap { attack in
      attack.caution.map { "<strong>\(title(attack))</strong>: \($0)" as Markup }
    }
    return Section(
      "attacks", "Attacks", guide: guide,
      blocks: [
        .pictures(.two, [rates(worst), risks(worst)].compactMap(\.self)),
        cautions.isEmpty
          ? nil : .fold("Attacks whose result is uncertain: \(cautions.count) of \(attacks.count)", [.list(cautions)]),
      ] + membership)
  }

  private func name(_ attack: PrivacyDetails.Attack) -> String {
    attack.column.map { "guessing \($0)" } ?? attack.name.description.name
  }

  private func title(_ attack: PrivacyDetails.Attack) -> Markup {
    attack.column.map { "Guessing \(Markup(name: $0))" } ?? Markup(text: attack.name.description.name)
  }

  private func rates(_ attacks: [PrivacyDetails.Attack]) -> Picture {
    let shown = attacks.prefix(20)
    let chart = PairedDotChart(
      title: "How often attacks succeed",
      summary: "Success rates of \(shown.count) attacks on training rows, on held-out rows and by guessing.",
      rows: shown.map { attack in
        .init(
          name: name(attack),
          values: [(.synthetic, attack.rate)] + (attack.controlRate.map { [(.holdout, $0)] } ?? []),
          tick: attack.baselineRate)
      }, format: .percent,
      names: [.synthetic: "on rows learned from", .holdout: "on held-out rows"], tickName: "guessing at random")
    return Picture(
      chart, note: shown.count < attacks.count ? "The worst \(shown.count) of \(attacks.count)." : nil,
      table: DataTable(
        chart.title, head: ["Attack", "Tries", "Successes", "Rate", "On held-out rows", "Guessing", "Risk"],
        rows: attacks.map { attack in
          .init(
            title(attack),
            [
              NumberText.count(attack.attempts), NumberText.count(attack.successes), cell(attack.rate),
              cell(attack.controlRate), cell(attack.baselineRate), cell(attack.risk.value),
            ])
        }))
  }

  /// Nil where nothing tells what could be guessed of anybody from what having been in the data gives away.
  private func risks(_ attacks: [PrivacyDetails.Attack]) -> Picture? {
    guard attacks.contains(where: { $0.controlRate != nil }) else { return nil }
    let rows = attacks.prefix(20).compactMap { attack in
      attack.risk.value.map {
        (name: name(attack), value: $0, low: attack.risk.interval?.low, high: attack.risk.interval?.high)
      }
    }
    guard let worst = rows.first else { return nil }
    let chart = IntervalChart(
      title: "What attacks gain",
      summary:
        "Risks of \(rows.count) attacks; the largest is \(NumberText.percent(worst.value)), \(worst.name.onOneLine).",
      rows: rows)
    return Picture(
      chart, note: "The part of the success that having been in the data explains: 0% is none.",
      table: DataTable(
        chart.title, head: ["Attack", "Risk", "From", "To"],
        rows: rows.map { .init(Markup(name: $0.name), [cell($0.value), cell($0.low), cell($0.high)]) }))
  }

  private var membership: [Block?] {
    guard let membership = result.privacy.membership else { return [] }
    return [
      .text(
        "<strong>Who was in the data?</strong> An attacker who knows a row asks whether it was learned from, and looks at how densely synthetic rows surround it."
      ),
      .facts([
        ("Area under the curve (guessing: 0.5)", "\(NumberText.fixed(membership.auc, 3))"),
        ("Right answers (guessing: 50%)", "\(NumberText.percent(membership.accuracy))"),
        ("Found at 1% false alarms (guessing: 1%)", "\(NumberText.percent(membership.truePositivesAtOnePercent))"),
      ]),
    ]
  }
}
