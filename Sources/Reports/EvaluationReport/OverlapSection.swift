import Evaluation

extension EvaluationPage {
  /// Rows that the tables share or repeat.
  var overlaps: Section {
    Section(
      "overlaps", "The same rows",
      guide: .init(
        shows: "How many rows equal a row of another table, or another row of their own, in all columns.",
        good: "No more than chance explains: rows repeat by themselves where columns have few values.",
        otherwise:
          "Synthetic rows in the real table are copies. A hold-out that shares rows with another table judges nothing: give rows that the generator has not seen."
      ),
      blocks: [
        .table(
          DataTable(
            "The same rows", head: ["Rows", "Number", "Share", "By chance"],
            rows: result.overlaps.rows(result.subject).map { row in
              .init(
                Markup(text: row.name.prefix(1).uppercased() + row.name.dropFirst()),
                [NumberText.count(row.rows), cell(row.share), cell(row.byChance)])
            })),
        nearCopies,
      ])
  }

  private var nearCopies: Block? {
    guard let near = result.overlaps.syntheticInReal.near else { return nil }
    let text = { (share: Double) in NumberText.text(share, .percent) }
    var sentence: Markup = """
      Copies excluded, \(text(near.close)) of the synthetic rows are three times nearer to one real row than to any other; of \
      real rows, compared with each other, \(text(near.closeByChance)).
      """
    if let found = result.overlaps.allButOneColumn {
      sentence +=
        " \(text(found.share)) equal a real row in all columns but \(Markup(name: found.column)) (by chance \(text(found.byChance)))."
    }
    return .text(sentence)
  }

  /// What a good part of the real rows has and hardly a synthetic row.
  var lost: Block? {
    .table(
      DataTable(
        "What is lost", head: ["Hardly any synthetic row has", "Real rows", "Synthetic rows"],
        rows: result.losses.prefix(10).map { loss in
          .init(
            loss.kind == .emptyColumn ? "a value of \(Markup(name: loss.what))" : Markup(text: loss.what.onOneLine),
            [cell(loss.real), cell(loss.synthetic)])
        }))
  }
}
