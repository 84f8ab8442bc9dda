import Evaluation

/// The page that tells what was filled in, and how good it is.
struct ImputationPage: Sendable {
  let result: ImputationResult

  var page: Page {
    Page(
      title: "How good are the filled values?", subtitle: subtitle,
      cards: [
        Page.Card("How good are they?", result.good, target: "good"),
        Page.Card("Do the intervals hold?", result.intervals, target: "coverage"),
        Page.Card("What was filled in?", result.complete, target: "columns"),
      ],
      sections: [good, columns, training, run, limits].compactMap(\.self),
      footer: "Made by Langevin \(result.subject.version). This page loads nothing and sends nothing.")
  }

  private var subtitle: Markup {
    let subject = result.subject
    let filled = result.columns.reduce(0) { $0 + $1.filled }
    var text: Markup = """
      \(NumberText.count(filled)) \(filled == 1 ? "value" : "values") of \(Markup(fileName: subject.file)) \
      (\(NumberText.count(subject.rows)) \(subject.rows == 1 ? "row" : "rows")\
      \(subject.addedRows > 0 ? ", \(NumberText.count(subject.addedRows)) of them added for missing time steps" : "")) \
      filled in by \(subject.method)
      """
    if let time = subject.time {
      text += "; "
      let series = subject.series ?? 1
      text += series == 1 ? "one series" : "\(NumberText.count(series)) series"
      text += " by \(Markup(name: time))"
      if !subject.groups.isEmpty { text += " of each \(subject.groups.map { Markup(name: $0) }.joined(", "))" }
    }
    return "\(text)."
  }

  var isSeries: Bool { result.subject.time != nil }

  private var training: Section? {
    result.training.map { TrainingSection(training: $0, learner: "method").section }
  }

  private var run: Section {
    let subject = result.subject
    let facts: [(Markup, Markup)] = [
      ("File", Markup(fileName: subject.file)), ("Rows", "\(NumberText.count(subject.rows))"),
      ("Method", Markup(text: subject.method)), ("What it does", Markup(text: subject.methodSummary)),
      ("Written value", "the \(subject.point) of what is likely"),
      ("Interval", Markup(text: subject.level.map { NumberText.percent($0) } ?? "none")),
      ("Seed", Markup(text: String(subject.seed))), ("Time", Markup(text: NumberText.duration(subject.seconds))),
      ("Version", "Langevin \(subject.version)"),
    ]
    return Section("run", "About this run", blocks: [.facts(facts)])
  }

  /// What a reader must not conclude.
  private var limits: Section {
    Section(
      "limits", "What this report does not say",
      blocks: [
        .list([
          "<strong>Hidden values are not the missing ones.</strong> They were hidden in gaps like the data’s own, but a value that is missing because of what it was (a sensor that fails in the heat, a question that the rich leave out) may be unlike all that are there.",
          "<strong>A filled value is a guess.</strong> Tables with one value for each gap look more certain than they are. To compute means, trends or tests, draw several tables (<code>--draws</code>) and pool what each gives.",
          "<strong>An average error hides its extremes.</strong> Look at the gaps that matter to you, and at their intervals.",
          "<strong>Intervals hold on average over all gaps.</strong> Those of one column, or of the longest gaps, may hold more or less often.",
          "<strong>This page is about real rows.</strong> It shows some of their values: share it only with those who may know them.",
        ])
      ])
  }
}

/// The report on a filling as one HTML file that needs nothing else: no network, no scripts, no fonts.
public struct ImputationReport: Sendable {
  /// What is reported.
  public let result: ImputationResult

  /// Makes a report.
  public init(_ result: ImputationResult) { self.result = result }

  /// The page as text, to be written as UTF-8.
  ///
  /// - Throws: an error of the template engine, which a test rules out for the templates that are built in.
  public func render() throws -> String { try ImputationPage(result: result).page.rendered() }
}
