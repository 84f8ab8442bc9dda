import Evaluation

extension ExplanationPage {
  /// The forward process, on the table's own columns.
  var noise: Section? {
    let parts = [hiding, blurring].compactMap(\.self)
    guard !parts.isEmpty else { return nil }
    let rows: Markup = isModel ? "rows that the model made, in the place of yours" : "rows of the table"
    return Section(
      "noise", "Spoiling: from data to noise",
      blocks: [.text("There are two ways to spoil a row. Here they are with \(rows).")], parts: parts)
  }

  private var hiding: Section? {
    guard let hiding = explanation.hiding else { return nil }
    return Section(
      "hiding", "Hiding cells",
      blocks: [
        .text(
          "<code>tabular-masked</code> hides cells, in an order that chance decides for each row. Where much is hidden the model must guess from little; where little is hidden it learns how columns go together. A cell that is missing in the data can be hidden and guessed like any other."
        )
      ]
        + tables(
          hiding,
          [
            (0, "Nothing is hidden"), (1.0 / 3, "A third is hidden"), (2.0 / 3, "Two thirds are hidden"),
            (1, "All is hidden"),
          ]
        ))
  }

  /// Rows at several stages, each with its heading.
  func tables(_ hiding: Explanation.Hiding, _ stages: [(share: Double, words: String)]) -> [Block?] {
    stages.flatMap { stage -> [Block?] in
      [.text("<strong>\(stage.words).</strong>"), .table(table(hiding, share: stage.share, stage.words))]
    }
  }

  /// Rows of which a share of the cells is hidden.
  private func table(_ hiding: Explanation.Hiding, share: Double, _ caption: String) -> DataTable {
    let hidden = Int((share * Double(hiding.columns.count)).rounded())
    return DataTable(
      caption, head: [""] + hiding.columns.map { Markup(name: $0) },
      rows: zip(hiding.cells, hiding.order).enumerated().map { row, own in
        let (cells, order) = own
        let gone = Set(order.prefix(hidden))
        return .init(
          "row \(row + 1)",
          cells.enumerated().map { place, cell in
            gone.contains(place)
              ? "<span role=\"img\" aria-label=\"hidden\">▒▒▒▒</span>"
              : cell.isEmpty ? "<i>missing</i>" : Markup(name: cell)
          })
      }, words: true)
  }

  private var blurring: Section? {
    guard !explanation.blurring.isEmpty else { return nil }
    return Section(
      "blurring", "Adding noise",
      blocks: [
        .text(
          "<code>tabular-ddpm</code> and <code>forest-flow</code> add noise: a number drifts from where it was until only a bell curve is left. A category is swapped for another at random, until all are equally frequent. The area is the column as it is; the line, or the dots, what is left of it."
        )
      ]
        + explanation.blurring.flatMap { column in
          [
            .text("<strong>\(Markup(name: column.column))</strong>"),
            .pictures(.three, column.stages.dropFirst().map { picture(column, $0) }),
          ]
        })
  }

  private func picture(_ column: Explanation.Blurring, _ stage: Explanation.Blurring.Stage)
    -> Picture
  {
    let words = stage.noise >= 1 ? "noise alone" : stage.noise < 0.5 ? "after a third" : "after two thirds"
    let clean = column.stages[0].values
    return Picture(
      Self.chart(
        "\(column.column), \(words)", [(.real, clean), (.synthetic, stage.values)],
        names: [.real: "as it is", .synthetic: words]), title: Markup(text: words))
  }

  /// Distributions over the same bins or levels.
  static func chart(
    _ title: String, _ values: [(series: Series, values: Explanation.Distribution)], names: [Series: String]
  ) -> any Chart {
    let first = values[0].values
    let shares = values.map { (series: $0.series, shares: $0.values.shares) }
    return first.edges.isEmpty
      ? LevelChart(title: title, labels: first.labels, shares: shares, names: names)
      : HistogramChart(title: title, edges: first.edges, labels: first.labels, shares: shares, names: names)
  }

  /// How fast rows are spoiled.
  var schedule: Section? {
    let times = explanation.schedule
    guard times.count > 1 else { return nil }
    let chart = LineChart(
      title: "What is left of the data",
      summary:
        "From all at time 0 to nothing at time 1: the share of cells that can be seen falls in a straight line, the signal slowly at first.",
      xTitle: "time, from data to noise", yTitle: "what is left",
      lines: [
        .init(series: .synthetic, label: "cells that can be seen", points: times.map { (x: $0.time, y: $0.visible) }),
        .init(series: .real, label: "signal beside added noise", points: times.map { (x: $0.time, y: $0.signal) }),
      ], yStyle: .percent, xRange: 0...1, yRange: 0...1)
    return Section(
      "schedule", "How fast: the schedule",
      blocks: [
        .text(
          "The schedule says how much is spoiled at which step. A model is trained at all of them: near the left end the task is easy and teaches detail, near the right end it is hard and teaches the whole. <code>--schedule</code> takes another one."
        ),
        .pictures(
          .two,
          [
            Picture(
              chart,
              table: DataTable(
                chart.title, head: ["Time", "Cells that can be seen", "Signal"],
                rows: stride(from: 0, to: times.count, by: max(1, times.count / 10)).map {
                  .init(
                    "\(NumberText.fixed(times[$0].time, 2))",
                    [NumberText.percent(times[$0].visible), NumberText.percent(times[$0].signal)])
                }))
          ]),
      ])
  }
}
