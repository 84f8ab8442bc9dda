import Evaluation

/// The page that tells someone who has never seen a diffusion model what it does to their data.
struct ExplanationPage: Sendable {
  let explanation: Explanation

  var isModel: Bool { explanation.subject.method != nil }

  var page: Page {
    Page(
      title: isModel ? "What did the model learn?" : "What does diffusion do to this table?", subtitle: subtitle,
      cards: cards,
      sections: [idea, noise, schedule, back, training, hard, run, limits].compactMap(\.self),
      footer: "Made by Langevin \(explanation.subject.version). This page loads nothing and sends nothing.")
  }

  private var subtitle: Markup {
    let subject = explanation.subject
    let size: Markup =
      "\(NumberText.count(subject.rows)) rows, \(NumberText.count(subject.columns)) \(subject.columns == 1 ? "column" : "columns")"
    guard let method = subject.method else { return "\(Markup(fileName: subject.file)): \(size)." }
    return "\(Markup(fileName: subject.file)): a model of \(size), learned by \(method)."
  }

  private var cards: [Page.Card] {
    guard let training = explanation.training else { return [] }
    let judgement: Verdict.Judgement =
      switch training.verdict {
      case "right":
        .init(.green, "It learned patterns that hold for rows it had not seen.", because: training.explanation)
      case "underfitted":
        .init(.amber, "It was still learning when it had to stop.", because: training.explanation)
      case "memorising":
        .init(
          .red, "It knows its own rows much better than others: it may repeat them.", because: training.explanation)
      default: .init(.unknown, "There were too few rows to tell.", because: training.explanation)
      }
    return [Page.Card("Did it learn?", judgement, target: "training")]
  }

  private var idea: Section {
    var blocks: [Block?] = [
      .text(
        "A diffusion model learns to repair. Take a row of the table, spoil it a little, and ask for the row as it was. Spoil it more, and ask again. Once a model can repair rows that are wholly spoiled, it makes new ones: it is handed noise, and repairs that."
      ),
      .list([
        "<strong>Spoiling</strong> needs no learning: cells are hidden, or noise is added to them, step by step, until nothing of the row is left.",
        "<strong>Repairing</strong> is what is learned: for every step the model guesses what was there, from what can still be seen.",
        "<strong>Making</strong> is repairing from nothing: each step adds a little, and what is there already decides what fits.",
      ]),
    ]
    if !isModel {
      blocks.append(
        .text(
          "This page shows the first with the table’s own rows. Learn it with <code>langevin fit</code>, and explain the model: then the page shows the other two as well."
        ))
    }
    return Section("idea", "The idea", blocks: blocks)
  }

  private var run: Section {
    let subject = explanation.subject
    var facts: [(Markup, Markup)] = [
      ("File", Markup(fileName: subject.file)), ("Rows", "\(NumberText.count(subject.rows))"),
      ("Columns", "\(NumberText.count(subject.columns))"),
    ]
    if let method = subject.method { facts.append(("Method", Markup(text: method))) }
    if let summary = subject.summary { facts.append(("What it is", Markup(text: summary))) }
    facts += [("Seed", Markup(text: String(subject.seed))), ("Version", "Langevin \(subject.version)")]
    return Section("run", "About this page", blocks: [.facts(facts)])
  }

  private var limits: Section {
    Section(
      "limits", "What this page does not say",
      blocks: [
        .list([
          "<strong>Not whether the made rows are good.</strong> For that, keep real rows aside and compare: <code>langevin evaluate</code>.",
          "<strong>Not whether they are safe to share.</strong> A loss tells of memorising only when it is plain; <code>langevin evaluate</code> attacks the rows as a stranger would.",
          "<strong>Not what causes what.</strong> A model says which cells go together, not why.",
          isModel
            ? "<strong>Rows on this page were made by the model.</strong> None is a row of the data, but for chance."
            : "<strong>This page shows real rows.</strong> Share it only with those who may know them.",
        ])
      ])
  }
}

/// The explanation as one HTML file that needs nothing else: no network, no scripts, no fonts.
public struct ExplanationReport: Sendable {
  /// What is told.
  public let explanation: Explanation

  /// Makes a page.
  public init(_ explanation: Explanation) { self.explanation = explanation }

  /// The page as text, to be written as UTF-8.
  ///
  /// - Throws: an error of the template engine, which a test rules out for the templates that are built in.
  public func render() throws -> String { try ExplanationPage(explanation: explanation).page.rendered() }
}
