import Foundation

/// What a filling came to in plain words, by fixed rules.
struct ImputationVerdict {
  let columns: [FilledColumnResult]
  let emptyColumns: [String]
  let check: SelfCheckResult?

  /// Relative errors up to which values are good, and with reserve.
  static let goodError = 0.6, fairError = 0.95
  /// How far coverage may be from its level, and how far with reserve; chance comes on top.
  static let goodCoverage = 0.03, fairCoverage = 0.08
  /// From this share of filled cells on a column is more guess than data.
  static let mostlyFilled = 0.5

  var good: Verdict.Judgement {
    guard let check, let score = check.chosenScore, let error = score.relativeError else {
      return .init(
        .unknown, "How good the filled values are was not measured.",
        because: "No values were hidden to try it on.")
    }
    let light: Verdict.Light = error <= Self.goodError ? .green : error <= Self.fairError ? .amber : .red
    let sentence =
      switch light {
      case .green: "Filled values come much nearer to the truth than a plain guess."
      case .amber: "Filled values come nearer to the truth than a plain guess, but not by much."
      default: "Filled values are hardly better than a plain guess."
      }
    var reason =
      "Of \(check.hidden) values that were hidden, the error was \(percent(error)) of what each column’s median or most frequent level would make."
    if let rival = rival(check, score), let other = rival.relativeError {
      let less = (other - error) / other
      reason +=
        less >= 0.005
        ? " \(check.chosen) was \(percent(less)) better than \(rival.id)."
        : less <= -0.005
          ? " \(rival.id) was \(percent(-less)) better than \(check.chosen)."
          : " \(rival.id) did as well."
    }
    return .init(light, sentence, because: reason)
  }

  /// The best of the other methods.
  private func rival(_ check: SelfCheckResult, _ score: MethodScore) -> MethodScore? {
    check.methods.filter { $0.id != score.id && $0.relativeError != nil }
      .min { $0.relativeError! < $1.relativeError! }
  }

  var intervals: Verdict.Judgement {
    guard let score = check?.chosenScore, let interval = score.numbers?.interval, let count = score.numbers?.count
    else {
      return .init(
        .unknown, "How often intervals hold the truth was not measured.",
        because: check == nil ? "No values were hidden to try it on." : "The method gives no intervals.")
    }
    // Twice the standard error of a share.
    let chance = 2 * (interval.level * (1 - interval.level) / Double(max(count, 1))).squareRoot()
    let off = abs(interval.coverage - interval.level)
    let light: Verdict.Light =
      off <= Self.goodCoverage + chance ? .green : off <= Self.fairCoverage + chance ? .amber : .red
    let sentence =
      switch light {
      case .green: "The intervals hold the truth about as often as they say."
      case _ where interval.coverage < interval.level: "The intervals are too narrow."
      default: "The intervals are wider than they need be."
      }
    return .init(
      light, sentence,
      because:
        "\(percent(interval.coverage)) of \(count) hidden numbers lay in their interval, which is meant for \(percent(interval.level))."
    )
  }

  var complete: Verdict.Judgement {
    let filled = columns.reduce(0) { $0 + $1.filled }
    let left = columns.reduce(0) { $0 + $1.inLongGaps + $1.unanswered }
    let guessed = columns.filter { Double($0.filled) > Self.mostlyFilled * Double($0.cells) }.map(\.name)
    var reasons: [String] = []
    if left > 0 { reasons.append("\(count(left, "value")) stay\(left == 1 ? "s" : "") empty.") }
    if !emptyColumns.isEmpty {
      reasons.append("\(list(emptyColumns)) \(emptyColumns.count == 1 ? "has" : "have") no value to learn from.")
    }
    if !guessed.isEmpty {
      reasons.append("More than half of \(list(guessed)) was filled in: there it is more guess than data.")
    }
    let sentence =
      "\(count(filled, "value")) in \(count(columns.count { $0.filled > 0 }, "column")) \(filled == 1 ? "was" : "were") filled in."
    return .init(
      reasons.isEmpty ? .green : .amber, sentence,
      because: reasons.isEmpty ? "No gap is left." : reasons.joined(separator: " "))
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private func list(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " and \(names.count - 4) more" : "")
  }

  private func percent(_ share: Double) -> String {
    let value = share * 100
    return String(format: abs(value - value.rounded()) < 0.05 || value >= 20 ? "%.0f%%" : "%.1f%%", value)
  }
}
