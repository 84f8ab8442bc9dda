import Evaluation

extension EvaluationPage {
  /// The run card.
  var run: Section {
    let subject = result.subject
    var facts: [(Markup, Markup)] = [
      ("Real table", "\(file(subject.real)), \(rows(subject.realRows))"),
      ("Synthetic table", "\(file(subject.synthetic)), \(rows(subject.syntheticRows))"),
      (
        "Held-out real rows",
        subject.holdout.map { "\(file($0)), \(subject.holdoutRows.map { rows($0) } ?? "–")" } ?? "none"
      ),
      ("Columns judged", "\(subject.columns.count)"), ("Columns left out", "\(subject.leftOut.count)"),
    ]
    if let training = result.training { facts.append(("Method", Markup(text: training.method))) }
    facts += [
      ("Seed", "\(String(subject.seed))"), ("Repeats", "\(subject.repeats)"),
      ("Time", "\(NumberText.duration(subject.seconds))"), ("Version", "Langevin \(subject.version)"),
      ("Schema of the JSON output", "\(result.schemaVersion)"),
    ]
    return Section(
      "run", "About this run",
      blocks: [
        .facts(facts),
        .table(
          DataTable(
            "Columns left out", head: ["Column left out", "Reason"],
            rows: subject.leftOut.sorted { $0.key < $1.key }.map { .init(Markup(name: $0.key), [$0.value]) },
            words: true)),
        result.notes.isEmpty ? nil : .text("<strong>Notes</strong>"),
        .list(result.notes.map { Markup(text: $0) }),
      ])
  }

  /// What a reader must not conclude.
  var limits: Section {
    Section(
      "limits", "What this report does not say",
      blocks: [
        .list([
          "<strong>It is no proof of anonymity.</strong> Distances to real rows show whether the generator overfits, not that nobody can be found: tables that pass such checks have leaked who was in the data (Yao et al., “The DCR Delusion”, 2025). Where the law asks for anonymity, ask those who know it; where a guarantee is needed, only differential privacy gives one.",
          "<strong>Attacks that were not tried are not covered.</strong> A risk of 0% means that these attacks, with these tries, gained nothing. Another attacker may know more.",
          "<strong>A good average can hide a bad corner.</strong> Small groups, rare values and extremes are where synthetic rows are weakest. Look at the groups that matter to you.",
          "<strong>It judges one table.</strong> Another seed gives another table, with somewhat other figures. Where intervals are given, they tell how much.",
          "<strong>This page is about real rows too.</strong> It shows their shares, ranges, categories and a map of them: share it only with those who may know these.",
          "<strong>The real rows may be wrong or unfair.</strong> Synthetic rows repeat their errors, gaps and biases.",
          "<strong>Useful for one target is not useful for all.</strong> The models here predict one column. For another question, run the report with that column as the target.",
        ])
      ])
  }
}
