import Evaluation
import Tuning

/// The page that tells what a search for options found.
struct TuningPage: Sendable {
  let search: TuningSearch

  var page: Page {
    Page(
      title: "Which options suit this table?",
      subtitle:
        "\(Markup(fileName: search.subject.file)), \(NumberText.count(search.subject.rows)) rows, \(Markup(name: search.subject.method)); \(NumberText.count(search.trials.count)) trials in \(NumberText.duration(search.subject.budget)).",
      cards: [Page.Card("Which options?", judgement, target: "found")],
      sections: [found, mattered, trials, run].compactMap(\.self),
      footer: "Made by Langevin. This page loads nothing and sends nothing.")
  }

  private var judgement: Verdict.Judgement {
    guard let best = search.best, let score = best.score?.total, let plain = search.defaults?.score?.total else {
      return .init(.unknown, "Nothing is known yet.", because: "No rung of trials came to its end.")
    }
    let time = NumberText.duration(best.seconds)
    guard best.configuration != 0 else {
      return .init(
        .green, "The defaults do best.",
        because: "Their score after trials of \(time) is \(NumberText.fixed(score, 4)), and no other is lower.")
    }
    return .init(
      .green, "Take \(search.text(best.configuration)).",
      because:
        "The score after trials of \(time) is \(NumberText.fixed(score, 4)), that of the defaults \(NumberText.fixed(plain, 4)). One training each: small differences are chance."
    )
  }

  private var found: Section {
    var rows: [DataTable.Row] = []
    var head: [Markup] = ["What was tried to the end", "score"]
    if let best = search.best, let score = best.score {
      head += score.parts.map { Markup(text: $0.name) }
      rows = search.ranked(best.rung).map { row($0, parts: score.parts.count) }
    }
    return Section(
      "found", "What was found",
      guide: .init(
        shows:
          "The score is the sum of shape error, trend error and how well trees tell synthetic rows from rows that were kept (2 AUC − 1); less is better, 0 is perfect.",
        good:
          "An option is worth taking where the score is lower than that of the defaults by more than trials scatter.",
        otherwise:
          "Where the defaults do best, or nearly so, leave them: one training each, and small differences are chance."),
      blocks: [best, rows.isEmpty ? nil : .table(DataTable("What was found", head: head, rows: rows))])
  }

  /// The best trials, the longest ones first.
  private var best: Block? {
    let trials = search.plan.rungs.indices.reversed().flatMap { rung in
      search.ranked(rung).compactMap { trial in
        trial.score.map {
          (name: "\(search.text(trial.configuration)), \(NumberText.duration(trial.seconds))", value: $0.total)
        }
      }
    }
    guard !trials.isEmpty else { return nil }
    let chart = BarChart(
      title: "Score, less is better", summary: "Scores of \(min(trials.count, 12)) trials, the longest first.",
      rows: Array(trials.prefix(12)), format: .number)
    return .pictures(.two, [Picture(chart)])
  }

  private func row(_ trial: TuningTrial, parts: Int) -> DataTable.Row {
    guard let score = trial.score else {
      return .init(Markup(text: search.text(trial.configuration)), ["–"] + Array(repeating: "–", count: parts))
    }
    return .init(
      Markup(text: search.text(trial.configuration)),
      [NumberText.fixed(score.total, 4)] + score.parts.map { NumberText.fixed($0.value, 4) })
  }

  private var mattered: Section? {
    let effects = OptionEffects(search).effects
    guard effects.contains(where: { $0.share > 0 }) else { return nil }
    let chart = BarChart(
      title: "Share of the scatter of scores that an option tells",
      summary: "How much each of \(effects.count) options mattered among the first trials.",
      rows: effects.map { ($0.option, $0.share) })
    let rows = effects.flatMap { effect in
      effect.values.map { value in
        DataTable.Row(
          Markup(text: "\(effect.option) = \(value.value ?? "default")"),
          [NumberText.fixed(value.mean, 4), NumberText.count(value.count)])
      }
    }
    return Section(
      "mattered", "What mattered",
      guide: .init(
        shows:
          "Of the first trials, which were all given the same time: how much of the scatter of scores each option explains, looked at alone.",
        good: "A long bar is an option to choose with care; one without a bar can stay as it is.",
        otherwise: "With a dozen trials only large effects can be seen. A longer --budget makes more trials."),
      blocks: [
        .pictures(.two, [Picture(chart)]),
        .table(DataTable("Mean score by value", head: ["Value", "Mean score", "Trials"], rows: rows)),
      ])
  }

  private var trials: Section? {
    let parts = search.trials.compactMap(\.score).first?.parts ?? []
    // The longest ones are shown above.
    let tables = search.plan.rungs.indices.filter { $0 != search.best?.rung }.compactMap { rung -> Block? in
      let rows = search.ranked(rung).map { row($0, parts: parts.count) }
      guard !rows.isEmpty else { return nil }
      return .table(
        DataTable(
          "Trials of \(NumberText.duration(search.plan.rungs[rung].seconds))",
          head: ["\(NumberText.duration(search.plan.rungs[rung].seconds)) each", "score"]
            + parts.map { Markup(text: $0.name) }, rows: rows))
    }
    let failures = search.trials.filter { $0.failure != nil }.map { trial in
      Markup(text: "\(search.text(trial.configuration)): \(trial.failure ?? "")")
    }
    guard !tables.isEmpty || !failures.isEmpty else { return nil }
    return Section(
      "trials", "Shorter trials", blocks: tables.map { $0 } + [failures.isEmpty ? nil : .list(failures)])
  }

  private var run: Section {
    let subject = search.subject
    let fixed = TuningSearch.settings(subject.fixed).joined(separator: " ")
    let facts: [(Markup, Markup)] = [
      ("File", Markup(fileName: subject.file)),
      ("Rows", "\(NumberText.count(subject.rows)), a fifth of them kept to judge by"),
      ("Method", Markup(name: subject.method)), ("Fixed options", Markup(text: fixed.isEmpty ? "none" : fixed)),
      ("Time", Markup(text: NumberText.duration(subject.budget))), ("Seed", Markup(text: String(subject.seed))),
    ]
    return Section("run", "About this run", blocks: [.facts(facts)])
  }
}

/// The report on a search for options as one HTML file that needs nothing else: no network, no scripts, no fonts.
public struct TuningReport: Sendable {
  /// What is reported.
  public let search: TuningSearch

  /// Makes a report.
  public init(_ search: TuningSearch) { self.search = search }

  /// The page as text, to be written as UTF-8.
  ///
  /// - Throws: an error of the template engine, which a test rules out for the templates that are built in.
  public func render() throws -> String { try TuningPage(search: search).page.rendered() }
}
