import Evaluation

/// The page that tells whether balancing helps on a table, and how.
struct BalancingPage: Sendable {
  let result: BalancingResult

  var page: Page {
    Page(
      title: "Should the rare class be balanced?", subtitle: subtitle,
      cards: [
        Page.Card("Should you balance?", result.advice.balance, target: "arms"),
        Page.Card("Which threshold?", result.advice.threshold, target: "scores"),
        Page.Card(
          "Can probabilities be believed?", result.advice.probabilities, target: curves == nil ? "scores" : "curves"),
      ],
      sections: [arms, scores, curves, run, limits].compactMap(\.self),
      footer: "Made by Langevin \(result.subject.version). This page loads nothing and sends nothing.")
  }

  private var subtitle: Markup {
    let subject = result.subject
    let rare = subject.classes.filter(\.isRare)
    let named: Markup =
      rare.count == 1
      ? "\(NumberText.count(rare[0].rows)) of class \(Markup(name: rare[0].label))"
      : "\(NumberText.count(rare.reduce(0) { $0 + $1.rows })) of \(rare.count) rare classes"
    return
      "\(Markup(fileName: subject.file)), \(NumberText.count(subject.rows)) rows, \(named) in \(Markup(name: subject.target)); every figure is of real rows that were held out."
  }

  var measured: [BalancingResult.Arm] { result.arms.filter { $0.failure == nil } }

  // MARK: Arms

  private var arms: Section {
    let shown = measured.compactMap { arm in
      arm.model(result.reference)?.metrics[.prAUC].flatMap { figure in
        figure.value.map { (name: arm.id, value: $0, low: figure.interval?.low, high: figure.interval?.high) }
      }
    }
    let chart = IntervalChart(
      title: "PR AUC of \(result.reference)",
      summary: "PR AUC with intervals for \(shown.count) ways to deal with rare rows.", rows: shown, xTitle: "PR AUC")
    let failed = result.arms.filter { $0.failure != nil }
    return Section(
      "arms", "What each way does",
      guide: .init(
        shows:
          "Each way was applied to the rows that a model learned from, never to those it was tuned or tested on, in \(result.subject.folds * result.subject.repeats) folds.",
        good:
          "Balancing is worth it where its PR AUC lies above that of “nothing” for sure: the interval of the difference is above 0.",
        otherwise:
          "Leave the classes as they are, tune the threshold, and look for columns that tell more, or for more rare rows."
      ),
      blocks: [
        .pictures(.two, shown.isEmpty ? [] : [Picture(chart)]), differences, armTable,
        failed.isEmpty
          ? nil : .list(failed.map { "\($0.id) was not compared: \($0.failure ?? "")." }),
      ])
  }

  private var differences: Block? {
    .table(
      DataTable(
        "Differences to nothing",
        head: ["\(result.reference), compared with nothing"] + Self.compared.map(Self.head),
        rows: measured.dropFirst().compactMap { arm in
          arm.model(result.reference).map { model in
            .init(
              Markup(text: arm.id),
              Self.compared.map { Self.difference(model.differences[$0]) })
          }
        }))
  }

  private var armTable: Block? {
    .table(
      DataTable(
        "Rows that were added", head: ["Way", "New rows a fold", "Copies of rows", "Time a fold"],
        rows: measured.map { arm in
          .init(
            Markup(text: arm.id),
            [
              NumberText.count(Int(arm.newRows.rounded())),
              arm.newRows > 0 ? NumberText.percent(arm.copies / arm.newRows) : "–",
              arm.newRows > 0 ? NumberText.duration(arm.seconds) : "–",
            ])
        }))
  }

  private static let compared: [BalancingMetric] = [.prAUC, .f1Tuned, .brier]

  private static func head(_ metric: BalancingMetric) -> Markup { Markup(text: metric.name) }

  private static func difference(_ figure: Figure?) -> String {
    guard let figure, let value = figure.value else { return "–" }
    func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + NumberText.fixed(value, 3) }
    return signed(value) + (figure.interval.map { " (\(signed($0.low)) to \(signed($0.high)))" } ?? "")
  }

  // MARK: Scores

  private var scores: Section {
    let names = measured.first?.models.map(\.name) ?? []
    let meanings = BalancingMetric.allCases.map {
      "<strong>\($0.name)</strong>: \($0.meaning) \(Self.best($0))" as Markup
    }
    return Section(
      "scores", "All scores",
      guide: .init(
        shows:
          "The mean of every score over the folds, by model and by what it learned from; below it the 95 % interval of the mean.",
        good:
          "PR AUC ranks: no threshold is in it. F1 at 0.5 moves most, and a tuned threshold makes most of that up.",
        otherwise:
          "Where F1 at 0.5 matters and the threshold cannot be moved, weights or added rows move it for you."),
      blocks: names.map { table(of: $0) } + [Block.list(meanings)])
  }

  private func table(of model: String) -> Block? {
    .table(
      DataTable(
        "Scores of \(model)", head: [Markup(text: model)] + BalancingMetric.allCases.map(Self.head),
        rows: measured.compactMap { arm in
          arm.model(model).map { scores in
            .init(
              Markup(text: arm.id),
              BalancingMetric.allCases.map { Self.score(scores.metrics[$0]) })
          }
        }))
  }

  private static func score(_ figure: Figure?) -> Markup {
    guard let value = figure?.value else { return "–" }
    let text = Markup(text: NumberText.fixed(value, 3))
    guard let interval = figure?.interval else { return text }
    return
      "\(text)<br><small>\(NumberText.fixed(interval.low, 3))–\(NumberText.fixed(interval.high, 3))</small>"
  }

  private static func best(_ metric: BalancingMetric) -> Markup {
    switch metric.better {
    case .higher: "Higher is better."
    case .lower: "Lower is better."
    case .nearOne: "1 is best."
    }
  }

  // MARK: The run

  private var run: Section {
    let subject = result.subject
    let facts: [(Markup, Markup)] = [
      ("File", Markup(fileName: subject.file)), ("Rows", "\(NumberText.count(subject.rows))"),
      ("Target", Markup(name: subject.target)),
      (
        "Classes",
        subject.classes.map { "\(Markup(name: $0.label)) \(NumberText.count($0.rows))" as Markup }.joined(", ")
      ),
      ("Rows that classes were to get", Markup(text: subject.ratio)),
      ("Folds", "\(subject.folds), repeated \(subject.repeats == 1 ? "once" : "\(subject.repeats) times")"),
      ("Seed", Markup(text: String(subject.seed))), ("Time", Markup(text: NumberText.duration(subject.seconds))),
      ("Version", "Langevin \(subject.version)"),
    ]
    return Section("run", "About this run", blocks: [.facts(facts), .list(result.notes.map { Markup(text: $0) })])
  }

  private var limits: Section {
    Section(
      "limits", "What this report does not say",
      blocks: [
        .list([
          "<strong>What a mistake costs.</strong> No score knows it. With costs, the best threshold is cost of a false alarm / (that + cost of a miss), on probabilities that can be believed.",
          "<strong>Whether tomorrow’s rows are like these.</strong> All figures are of rows of the same file; where the share of the class changes, so do PR AUC and the best threshold.",
          "<strong>Which of two close arms is better.</strong> Intervals are of the mean over folds of one table, which share most of their rows.",
        ])
      ])
  }
}

/// The report on a comparison of arms as one HTML file that needs nothing else: no network, no scripts, no fonts.
public struct BalancingReport: Sendable {
  /// What is reported.
  public let result: BalancingResult

  /// Makes a report.
  public init(_ result: BalancingResult) { self.result = result }

  /// The page as text, to be written as UTF-8.
  ///
  /// - Throws: an error of the template engine, which a test rules out for the templates that are built in.
  public func render() throws -> String { try BalancingPage(result: result).page.rendered() }
}
