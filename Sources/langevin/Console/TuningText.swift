import Foundation
import Tuning

/// The result of a search for a terminal: what was found, beside the defaults, and what mattered.
struct TuningText {
  let text: String

  /// Trials of the last rungs that are shown.
  private static let most = 8

  init(_ search: TuningSearch, best: TuningTrial, command: String, width: Int, terminal: Terminal) {
    var text = ""
    let plain = search.defaults?.score?.total ?? .nan, found = best.score?.total ?? .nan
    if best.configuration == 0 {
      text += terminal.strong("The defaults do best.", .green) + "\n"
    } else {
      text +=
        terminal.strong("Better than the defaults: \(Self.number(found)) against \(Self.number(plain)).", .green) + "\n"
    }
    let wide = max(30, min(width, 110) - 2)
    let reason =
      "The sum of shape error, trend error and how well trees tell rows apart, measured on rows that were kept; less is better. One training each: small differences are chance."
    for line in TextTable.wrapped(reason, width: wide) { text += "  \(line)\n" }
    text += "  \(command)\n\n"

    let parts = best.score?.parts.map(\.name) ?? []
    var rows = [["time", "score"] + parts + ["steps", "options"]]
    let trials = search.plan.rungs.indices.reversed().flatMap { search.ranked($0) }
    for trial in trials.prefix(Self.most) {
      let figures = trial.score.map { score in score.parts.map { Self.number($0.value) } } ?? parts.map { _ in "–" }
      rows.append(
        [Wording.span(trial.seconds), trial.score.map { Self.number($0.total) } ?? "–"] + figures
          + [
            trial.score?.steps.map { Wording.count($0) } ?? "–",
            trial.failure ?? search.text(trial.configuration),
          ])
    }
    text += TextTable(rows: rows, rightAligned: Set(0..<parts.count + 3)).text(width: width)
    let effects = OptionEffects(search).effects.filter { $0.share >= 0.05 }
    if !effects.isEmpty {
      text +=
        "\nWhat mattered in the first trials: "
        + effects.map { "\($0.option) \(Int((100 * $0.share).rounded())) %" }.joined(separator: ", ") + ".\n"
    }
    self.text = text
  }

  static func number(_ value: Double) -> String { String(format: "%.4f", value) }
}
