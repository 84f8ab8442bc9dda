import Evaluation

extension EvaluationPage {
  /// The most columns whose distributions are drawn in full.
  private static let mostDrawn = 24
  /// The most rows of an overview.
  private static let mostRows = 24

  var alike: Section {
    Section(
      "alike", "How alike",
      blocks: [
        .text("Do the synthetic rows look like the real ones: column by column, in pairs, and as whole rows?"),
        keyFigures(.fidelity),
        lost,
      ],
      parts: [columns, pairs, map, validity].compactMap(\.self))
  }

  /// The columns, worst first; those without a figure last.
  private var worstFirst: [ColumnComparison] {
    result.columns.enumerated()
      .sorted { ($1.element.shapeError.value ?? -1, $0.offset) < ($0.element.shapeError.value ?? -1, $1.offset) }
      .map(\.element)
  }

  private var columns: Section {
    let columns = worstFirst
    let shown = columns.prefix(Self.mostDrawn), others = columns.dropFirst(Self.mostDrawn)
    return Section(
      "columns", "Column by column",
      guide: .init(
        shows:
          "How far each column’s distribution is off, which columns betray synthetic rows to a detector, and the distributions themselves, worst first.",
        good:
          "The orange line follows the blue area about as closely as the dashed line of held-out real rows does.",
        otherwise:
          "Train longer, or give more rows. Columns with many rare values, or numbers that depend on others, are hardest; leave out what you do not need."
      ),
      blocks: [
        columns.isEmpty ? .absent("no columns were judged") : nil,
        .pictures(.two, [shapeOverview(columns), giveaways].compactMap(\.self)),
        .pictures(.three, shown.compactMap { picture(of: $0) }, legend: distributionLegend),
        .fold(
          "The other \(others.count) columns, small",
          [.pictures(.many, others.compactMap { picture(of: $0, compact: true) })]),
        .fold("All columns in numbers", [columnTable(columns)]),
      ])
  }

  // MARK: Overviews

  private func shapeOverview(_ columns: [ColumnComparison]) -> Picture? {
    let rows = columns.prefix(Self.mostRows).compactMap { column -> PairedDotChart.Row? in
      guard let error = column.shapeError.value else { return nil }
      let floor = column.shapeError.floor.map { [(series: Series.holdout, value: $0)] } ?? []
      return PairedDotChart.Row(name: column.name, values: [(.synthetic, error)] + floor)
    }
    guard let worst = rows.first else { return nil }
    let chart = PairedDotChart(
      title: "How far each column is off",
      summary: "Dots for \(rows.count) columns, the worst first: \(worst.name.onOneLine).", rows: rows, format: .percent
    )
    let note: Markup? = rows.count < columns.count ? "The worst \(rows.count) of \(columns.count)." : nil
    return Picture(
      chart, note: note,
      table: DataTable(
        chart.title, head: ["Column", "Synthetic", "Held-out real"],
        rows: rows.map { row in
          .init(
            Markup(name: row.name),
            [Series.synthetic, .holdout].map { wanted in
              row.values.first { $0.series == wanted }.map { NumberText.percent($0.value) } ?? "–"
            })
        }))
  }

  private var giveaways: Picture? {
    let rows = result.columns.compactMap { column in column.givesAway.map { (name: column.name, value: $0) } }
      .filter(\.value.isFinite).sorted { $0.value > $1.value }
    guard let first = rows.first, first.value > 0 else { return nil }
    let shown = Array(rows.prefix(16))
    let chart = BarChart(
      title: "What gives synthetic rows away",
      summary: "Bars for \(shown.count) columns. \(first.name.onOneLine) counts most for the detector.", rows: shown,
      line: (1 / Double(rows.count), "even share"))
    return Picture(
      chart,
      note:
        "Each column’s share in what boosted trees use to tell synthetic rows from real ones (SHAP). It matters only if they succeed.",
      table: DataTable(
        chart.title, head: ["Column", "Share"],
        rows: rows.map { .init(Markup(name: $0.name), [NumberText.percent($0.value)]) }))
  }

  // MARK: Distributions

  private var distributionLegend: [LegendItem] {
    [LegendItem("bar real", "real"), LegendItem("line synthetic", "synthetic (categories: a dot)")]
      + (result.subject.holdout == nil ? [] : [LegendItem("line holdout", "held-out real (categories: a diamond)")])
  }

  private func picture(of column: ColumnComparison, compact: Bool = false) -> Picture? {
    let distribution = column.distribution
    var shares: [(series: Series, shares: [Double])] = [
      (.real, distribution.real), (.synthetic, distribution.synthetic),
    ]
    if let holdout = distribution.holdout { shares.append((.holdout, holdout)) }
    let count = distribution.edges.map { $0.count - 1 } ?? distribution.labels.count
    guard count > 0, shares.allSatisfy({ $0.shares.count == count && $0.shares.allSatisfy(\.isFinite) }) else {
      return nil
    }
    let chart: any Chart
    if let edges = distribution.edges {
      guard edges.allSatisfy(\.isFinite) else { return nil }
      chart = HistogramChart(
        title: column.name, edges: edges, labels: distribution.labels, shares: shares, compact: compact)
    } else {
      chart = LevelChart(title: column.name, labels: distribution.labels, shares: shares, compact: compact)
    }
    return Picture(
      chart, title: Markup(name: column.name), note: note(on: column, compact: compact), legend: false,
      table: compact ? nil : table(of: column, shares))
  }

  private func note(on column: ColumnComparison, compact: Bool) -> Markup {
    guard let error = column.shapeError.value else {
      return compact ? "–" : "No figure: \(column.shapeError.why ?? "not measured")."
    }
    let off: Markup = "off by <b>\(NumberText.percent(error))</b>"
    guard !compact, let floor = column.shapeError.floor else { return off }
    return "\(off) · held-out real \(NumberText.percent(floor))"
  }

  private func table(of column: ColumnComparison, _ shares: [(series: Series, shares: [Double])]) -> DataTable {
    let distribution = column.distribution
    let count = shares[0].shares.count
    return DataTable(
      "Distribution of \(column.name)",
      head: [column.kind == .number ? "Range" : "Value"] + shares.map { Markup(text: $0.series.label) },
      rows: (0..<count).map { index in
        let label = distribution.labels.indices.contains(index) ? distribution.labels[index] : "\(index + 1)"
        return .init(Markup(name: label), shares.map { NumberText.percent($0.shares[index]) })
      })
  }

  private func columnTable(_ columns: [ColumnComparison]) -> Block? {
    .table(
      DataTable(
        "All columns in numbers",
        head: [
          "Column", "Kind", "Off by", "Held-out real", "Missing, real", "Missing, synthetic", "Reached", "Out of range",
          "Other type",
        ],
        rows: columns.map { column in
          let figures = [column.coverage, column.rangeViolations, column.typeViolations]
          return .init(
            Markup(name: column.name),
            [
              column.kind.rawValue, cell(column.shapeError.value), cell(column.shapeError.floor),
              cell(column.missing.real),
              cell(column.missing.synthetic),
            ] + figures.map { cell($0.value) })
        }))
  }

  func cell(_ share: Double?) -> String { share.map { NumberText.percent($0) } ?? "–" }
}
