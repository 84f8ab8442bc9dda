import Evaluation
import Foundation

/// The result of a comparison of arms for a terminal: the advice, then the scores of one model, with the halves of their 95 %
/// intervals.
struct BalancingComparisonText {
  let text: String

  /// - Parameter all: whether every score of every model is shown.
  init(_ result: BalancingResult, width: Int, terminal: Terminal, all: Bool) {
    var text = ""
    for judgement in [result.advice.balance, result.advice.threshold, result.advice.probabilities] {
      text += terminal.strong(judgement.sentence, judgement.light == .amber ? .yellow : .green) + "\n"
      for line in TextTable.wrapped(judgement.reason, width: max(30, min(width, 110) - 2)) { text += "  \(line)\n" }
    }
    let measured = result.arms.filter { $0.failure == nil }
    let metrics: [BalancingMetric] =
      all ? BalancingMetric.allCases : [.prAUC, .f1Tuned, .f1AtHalf, .brier, .brierCorrected, .meanRatio]
    for model in measured.first?.models ?? [] where all || model.name == result.reference {
      let head = ["\n\(model.name)"] + metrics.map(Self.head) + ["new rows", "copies", ""]
      let rows = measured.map { arm in
        [arm.id] + metrics.map { metric in Self.number(arm.model(model.name)?.metrics[metric]) }
          + [Wording.count(Int(arm.newRows.rounded())), Wording.count(Int(arm.copies.rounded())), ""]
      }
      text += TextTable(rows: [head] + rows, rightAligned: Set(1...metrics.count + 2)).text(width: width)
    }
    for arm in result.arms {
      if let failure = arm.failure {
        text +=
          "\n"
          + TextTable.wrapped("\(arm.id) was not compared: \(failure)", width: max(30, min(width, 110)))
          .joined(separator: "\n  ") + "\n"
      }
    }
    for note in result.notes { text += "\n\(note)\n" }
    self.text = text
  }

  private static func number(_ figure: Figure?) -> String {
    guard let value = figure?.value else { return "–" }
    let half = figure?.interval.map { String(format: " ±%.3f", ($0.high - $0.low) / 2).replacing("±0.", with: "±.") }
    return String(format: "%.3f", value) + (half ?? "")
  }

  private static func head(_ metric: BalancingMetric) -> String {
    switch metric {
    case .prAUC: "PR AUC"
    case .rocAUC: "ROC AUC"
    case .f1Tuned: "F1 tuned"
    case .f1AtHalf: "F1 at .5"
    case .balancedAccuracy: "bal. acc."
    case .brier: "Brier"
    case .brierCorrected: "corrected"
    case .meanRatio: "p / share"
    case .meanRatioCorrected: "corrected"
    }
  }
}

/// The same for a program.
struct BalancingComparisonOutcome: JSONLine {
  var event = "result"
  var command = "balance"
  let comparison: BalancingResult
}
