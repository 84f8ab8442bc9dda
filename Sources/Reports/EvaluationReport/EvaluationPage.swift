import Evaluation

/// The page that tells what an evaluation found.
struct EvaluationPage: Sendable {
  let result: EvaluationResult

  var page: Page {
    Page(
      title: "How good is this synthetic table?", subtitle: subtitle, cards: cards,
      sections: [alike, safe, useful, training, run, limits],
      footer:
        "Made by Langevin \(result.subject.version). This page loads nothing and sends nothing."
    )
  }

  private var subtitle: Markup {
    let subject = result.subject
    var text: Markup = """
      \(file(subject.synthetic)) (\(rows(subject.syntheticRows))) compared with \(file(subject.real)) \
      (\(rows(subject.realRows)))
      """
    if let holdout = subject.holdout {
      let count = subject.holdoutRows.map { rows($0) } ?? "some rows"
      text +=
        result.overlaps.fault == nil
        ? "; \(count) of \(file(holdout)) that the generator has not seen serve as the yardstick"
        : "; the \(count) of \(file(holdout)) are not used, because they are not unseen"
    }
    return "\(text)."
  }

  func rows(_ count: Int) -> Markup { "\(NumberText.count(count)) \(count == 1 ? "row" : "rows")" }

  func file(_ name: String) -> Markup { Markup(fileName: name) }

  // MARK: The answers

  private var cards: [Page.Card] {
    [
      Page.Card("How alike is it?", result.verdict.alike, target: "alike"),
      Page.Card("How safe is it?", result.verdict.safe, target: "safe"),
      Page.Card("How useful is it?", result.verdict.useful, target: "useful"),
    ]
  }
}
