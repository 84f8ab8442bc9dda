import Evaluation
import Foundation

/// The result of an evaluation for a terminal: the verdict, then every figure beside what real rows score.
struct EvaluationText {
  let text: String

  init(_ result: EvaluationResult, width: Int, terminal: Terminal) {
    var text = ""
    for (question, judgement) in [
      ("How alike", result.verdict.alike), ("How safe", result.verdict.safe), ("How useful", result.verdict.useful),
    ] {
      let word = judgement.light.word.lowercased()
      text += "\(question): \(Self.colour(judgement.light).map { terminal.strong(word, $0) } ?? word)\n"
      for line in TextTable.wrapped(judgement.sentence + " " + judgement.reason, width: max(30, min(width, 110) - 2)) {
        text += "  \(line)\n"
      }
    }
    for section in FigureDescription.Section.allCases {
      let figures = FigureID.allCases.filter { $0.description.section == section && result.figures[$0] != nil }
      guard !figures.isEmpty else { continue }
      let hasInterval = figures.contains { result.figures[$0]?.interval != nil }
      var rows = [
        ["\n" + Self.title(section), "value"] + (hasInterval ? ["95% interval"] : []) + ["real rows", "best", ""]
      ]
      for id in figures { rows.append(Self.row(id, result.figures[id]!, hasInterval: hasInterval)) }
      text += TextTable(
        rows: rows, rightAligned: [1, 2, 3, 4].filter { $0 < rows[0].count - 1 }.reduce(into: []) { $0.insert($1) },
        widest: 36
      )
      .text(width: width)
    }
    text += Self.overlaps(result, width: width)
    for note in result.notes + (result.utilityMissing.map { ["no downstream models: \($0)"] } ?? []) {
      text += "\n" + TextTable.wrapped(note, width: max(30, min(width, 110))).joined(separator: "\n  ") + "\n"
    }
    self.text = text
  }

  /// The rows that tables share or repeat.
  private static func overlaps(_ result: EvaluationResult, width: Int) -> String {
    let rows = result.overlaps.rows(result.subject).map { row in
      [
        row.name, Wording.count(row.rows), text(row.share, .percent), row.byChance.map { text($0, .percent) } ?? "", "",
      ]
    }
    return TextTable(
      rows: [["\nSame rows", "rows", "share", "by chance", ""]] + rows, rightAligned: [1, 2, 3], widest: 36
    ).text(width: width)
  }

  private static func row(_ id: FigureID, _ figure: Figure, hasInterval: Bool) -> [String] {
    let description = id.description
    let show = { (value: Double) in text(value, description.format) }
    var row = [description.name, figure.value.map(show) ?? "–"]
    if hasInterval { row.append(figure.interval.map { "\(show($0.low)) … \(show($0.high))" } ?? "") }
    row.append((figure.floor ?? figure.sampling).map(show) ?? "")
    switch description.direction {
    case .nearFloor: row.append("as real")
    default: row.append(description.best.map(show) ?? "")
    }
    row.append(figure.why.map { "not applicable: \($0)" } ?? "")
    return row
  }

  private static func text(_ value: Double, _ format: FigureDescription.Format) -> String {
    switch format {
    case .percent: String(format: "%.2f%%", value * 100)
    case .number: String(format: "%.3f", value)
    }
  }

  private static func title(_ section: FigureDescription.Section) -> String {
    switch section {
    case .fidelity: "Alike"
    case .utility: "Useful"
    case .privacy: "Safe"
    }
  }

  private static func colour(_ light: Verdict.Light) -> Terminal.Colour? {
    switch light {
    case .green: .green
    case .amber: .yellow
    case .red: .red
    case .unknown: nil
    }
  }
}
