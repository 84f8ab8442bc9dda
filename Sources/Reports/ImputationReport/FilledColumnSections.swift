import Evaluation

extension ImputationPage {
  /// The most columns with pictures of their own.
  private static let mostDrawn = 40
  /// The most gaps that are drawn in all: they are what a page of many channels is made of.
  private static let mostGaps = 72

  /// The columns that had gaps, those with the most filled cells first.
  private var ordered: [FilledColumnResult] {
    result.columns.enumerated().sorted { ($1.element.filled, $0.offset) < ($0.element.filled, $1.offset) }
      .map(\.element)
  }

  var columns: Section {
    let drawn = ordered.filter { $0.panel != nil || $0.distribution != nil }
    let shown = Array(drawn.prefix(Self.mostDrawn))
    return Section(
      "columns", isSeries ? "The series" : "The columns",
      guide: isSeries
        ? .init(
          shows:
            "For each channel one series from end to end, its most uncertain gaps close by, and the distribution of filled values.",
          good: "The orange line goes on as the blue one does, and bands are narrow where neighbours are near.",
          otherwise:
            "Leave gaps with wide bands empty (<code>--max-gap</code>), or give channels that go along with this one.")
        : .init(
          shows: "The distribution of filled values beside that of the values that were there.",
          good:
            "Much alike where values miss by chance. Filled values lie closer together, because they are the middle of what is likely.",
          otherwise:
            "A shift need not be wrong: the rows that miss a value may differ from the others. Draws (<code>--draws</code>) have the full spread."
        ),
      blocks: [
        .table(
          DataTable(
            "Columns with gaps",
            head: ["Column", "Filled", "Of all values"] + (isSeries ? ["In gaps too long"] : []) + ["Without answer"],
            rows: ordered.map { column in
              .init(
                Markup(name: column.name),
                [
                  NumberText.count(column.filled),
                  NumberText.percent(Double(column.filled) / Double(max(column.cells, 1))),
                ] + (isSeries ? [NumberText.count(column.inLongGaps)] : []) + [NumberText.count(column.unanswered)])
            })),
        result.emptyColumns.isEmpty
          ? nil
          : .text(
            "Without a single value, and so still empty: \(result.emptyColumns.map { Markup(name: $0) }.joined(", "))."),
        isSeries
          ? nil
          : .pictures(.three, shown.compactMap { distribution($0) }, legend: distributionLegend),
        drawn.count > shown.count
          ? .text("The \(shown.count) columns with the most filled values, of \(drawn.count).") : nil,
      ],
      parts: isSeries ? shown.enumerated().compactMap { part($1, number: $0, of: shown.count) } : [])
  }

  private var distributionLegend: [LegendItem] {
    [LegendItem("bar real", "observed"), LegendItem("line synthetic", "filled in (categories: a dot)")]
  }

  private func part(_ column: FilledColumnResult, number: Int, of count: Int) -> Section? {
    var pictures: [Picture] = []
    let most = max(1, min(3, Self.mostGaps / max(count, 1)))
    if let panel = column.panel {
      pictures = panel.gaps.prefix(most).map { gap in
        let start = gap.points.first { $0.filled != nil }?.time
        let near = start.flatMap { start in gap.ticks.min { abs($0.time - start) < abs($1.time - start) } }
        let chart = GapChart(title: "\(column.name): a gap of \(gap.length)", gap: gap)
        let steps = "\(NumberText.count(gap.length)) time \(gap.length == 1 ? "step" : "steps")"
        var note: Markup = gap.entity.isEmpty ? "" : "\(gap.entity.map { Markup(name: $0) }.joined(", "))"
        if let near { note += "\(gap.entity.isEmpty ? "" : ", ")near \(near.label)" }
        if gap.stepsPerPoint > 1 { note += "; each point is the mean of \(gap.stepsPerPoint) time steps" }
        return Picture(chart, title: "A gap of \(steps)", note: note.isEmpty ? nil : note, legend: false)
      }
    }
    if let picture = distribution(column, title: "Observed and filled values") { pictures.append(picture) }
    guard !pictures.isEmpty else { return nil }
    let overview = column.panel.map { panel -> Picture in
      let chart = SeriesOverviewChart(title: "\(column.name) from end to end", overview: panel.overview)
      let whose: Markup =
        panel.overview.entity.isEmpty
        ? "" : "\(panel.overview.entity.map { Markup(name: $0) }.joined(", ")), which has the most filled values. "
      let size = panel.overview.stepsPerBin
      return Picture(
        chart, title: "From end to end",
        note: size > 1
          ? "\(whose)Each stroke goes from the least to the greatest of \(NumberText.count(size)) time steps."
          : "\(whose)Each stroke is a time step.",
        legend: false)
    }
    let summary: Markup =
      "\(NumberText.count(column.filled)) values in \(column.panel.map { "\(NumberText.count($0.gapCount)) \($0.gapCount == 1 ? "gap" : "gaps")" } ?? "all") were filled in."
    return Section(
      Markup(text: "column-\(number + 1)"), Markup(name: column.name),
      blocks: [
        .text(
          column.panel.map {
            $0.gapCount > most
              ? "\(summary) The \(most == 1 ? "most uncertain gap is" : "\(most) most uncertain gaps are") drawn."
              : summary
          }
            ?? summary),
        overview.flatMap { .pictures(.one, [$0], legend: seriesLegend(column)) },
        .pictures(.three, pictures),
      ])
  }

  private func seriesLegend(_ column: FilledColumnResult) -> [LegendItem] {
    let hasBand = column.panel?.gaps.contains { $0.points.contains { $0.lower != nil } } ?? false
    return [LegendItem("line real", "observed"), LegendItem("line synthetic", "filled in")]
      + (hasBand
        ? [LegendItem("band", "\(result.subject.level.map { NumberText.percent($0) + " " } ?? "")interval")] : [])
  }

  private func distribution(_ column: FilledColumnResult, title: Markup? = nil) -> Picture? {
    guard let distribution = column.distribution else { return nil }
    let shares: [(series: Series, shares: [Double])] = [
      (.real, distribution.real), (.synthetic, distribution.synthetic),
    ]
    let names: [Series: String] = [.real: "observed", .synthetic: "filled"]
    let chart: any Chart
    if let edges = distribution.edges {
      guard edges.allSatisfy(\.isFinite), edges.count == distribution.real.count + 1 else { return nil }
      chart = HistogramChart(
        title: column.name, edges: edges, labels: distribution.labels, shares: shares, names: names)
    } else {
      guard !distribution.labels.isEmpty else { return nil }
      chart = LevelChart(title: column.name, labels: distribution.labels, shares: shares, names: names)
    }
    return Picture(
      chart, title: title ?? Markup(name: column.name), note: "\(NumberText.count(column.filled)) filled in",
      legend: false)
  }
}
