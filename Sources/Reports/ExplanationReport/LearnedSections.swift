import Evaluation

extension ExplanationPage {
  /// The reverse process: how a model goes from noise to rows.
  var back: Section? {
    guard let method = explanation.subject.method else { return nil }
    let parts = [revealing(method), guessing].compactMap(\.self)
    return Section(
      "back", "Repairing: from noise to data",
      blocks: [
        .text(
          "To make a row, the model starts where spoiling ended and goes back, step by step. Nothing is copied: at each step it draws from what it thinks possible."
        ),
        parts.isEmpty
          ? .absent(
            "\(method) goes all the way from noise to a row at once for every column, and has no steps that could be read"
          )
          : nil,
      ], parts: parts)
  }

  private func revealing(_ method: String) -> Section? {
    guard method == "tabular-masked", let hiding = explanation.hiding else { return nil }
    return Section(
      "revealing", "Cell by cell",
      blocks: [
        .text(
          "The same rows as above, as they came to be: one cell after another is drawn, given those that stand already."
        )
      ]
        + tables(
          hiding,
          [
            (1, "The start: nothing is known"), (2.0 / 3, "A third is drawn"), (1.0 / 3, "Two thirds are drawn"),
            (0, "Finished rows"),
          ]))
  }

  private var guessing: Section? {
    guard !explanation.guesses.isEmpty else { return nil }
    return Section(
      "guessing", "The more it sees, the surer it is",
      guide: Section.Guide(
        shows:
          "What the model draws for one cell of a row, when it sees nothing of the row, then more, then all the rest.",
        good: "The drawn values gather round the row’s own value where the rest of the row gives it away.",
        otherwise:
          "They stay as spread as at first: nothing in the row tells of this cell, or the model has not learned how."),
      blocks: explanation.guesses.flatMap { guess in
        [
          .text("<strong>\(Markup(name: guess.column))</strong>, which is \(Markup(name: guess.value)) in this row."),
          .pictures(.three, guess.stages.dropFirst().map { picture(guess, $0) }),
        ]
      })
  }

  private func picture(_ guess: Explanation.Guess, _ stage: Explanation.Guess.Stage) -> Picture {
    let shown = stage.shown.count
    let words = "seeing \(shown) other \(shown == 1 ? "cell" : "cells")"
    return Picture(
      Self.chart(
        "\(guess.column), \(words)", [(.real, guess.stages[0].values), (.synthetic, stage.values)],
        names: [.real: "seeing nothing", .synthetic: words]),
      title: Markup(text: words),
      note: "Seen: \(stage.shown.prefix(6).map { Markup(name: $0) }.joined(", "))\(shown > 6 ? ", …" : "").")
  }

  /// The learning curve, and the loss by noise level.
  var training: Section? {
    guard isModel else { return nil }
    return TrainingSection(training: explanation.training, learner: "model").section
  }

  /// Columns by what the model learned of them.
  var hard: Section? {
    guard isModel else { return nil }
    let title: Markup = "What was hard"
    let columns = explanation.learned.filter(\.gain.isFinite).sorted { $0.gain > $1.gain }
    guard let easiest = columns.first, let hardest = columns.last else {
      return Section(
        "hard", title,
        blocks: [
          .absent(
            "the model keeps no loss for each column; <code>tabular-masked</code> does, where rows could be held out")
        ])
    }
    let most = 30
    let chart = BarChart(
      title: "What the other columns tell, in nats a row",
      summary:
        "Bars for \(columns.count) columns, from \(easiest.name.onOneLine) with \(NumberText.number(easiest.gain)) to \(hardest.name.onOneLine) with \(NumberText.number(hardest.gain)).",
      rows: columns.prefix(most).map { ($0.name, max($0.gain, 0)) }, format: .number)
    let unlearned = columns.filter { $0.gain < 0.05 }
    return Section(
      "hard", title,
      guide: Section.Guide(
        shows:
          "For each column, how much better the model guesses its cells than someone who knows only how frequent each value is; in rows that it had not seen.",
        good: "Long bars where columns go together.",
        otherwise:
          "Short bars everywhere: columns do not go together, or there were too few rows or too little time to see how."
      ),
      blocks: [
        .text(
          "The model found <strong>\(Markup(name: easiest.name))</strong> easiest: the rest of a row tells most about it. It found <strong>\(Markup(name: hardest.name))</strong> hardest\(hardest.gain < 0.05 ? ": the rest of a row tells nearly nothing about it" : "")."
        ),
        .pictures(
          .two,
          [
            Picture(
              chart,
              note:
                "A nat is a measure of surprise: with one nat less, the right value is taken for 2.7 times as likely.",
              table: DataTable(
                chart.title, head: ["Column", "Nats"],
                rows: columns.map { .init(Markup(name: $0.name), [NumberText.number($0.gain)]) }))
          ]),
        unlearned.count > 1 && unlearned.count < columns.count
          ? .text(
            "Made rows draw these nearly by themselves: \(unlearned.prefix(12).map { Markup(name: $0.name) }.joined(", "))\(unlearned.count > 12 ? ", …" : "")."
          )
          : nil,
      ])
  }
}
