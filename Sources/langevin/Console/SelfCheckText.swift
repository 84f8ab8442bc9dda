import Evaluation
import Foundation

/// A self-check for a terminal: one row a method, the best first.
struct SelfCheckText {
  let text: String

  init(_ check: SelfCheckResult, width: Int) {
    var text = "self-check: \(Wording.count(check.hidden)) of \(Wording.count(check.observed, "value")) hidden "
    switch check.hiding {
    case .gaps: text += "in gaps like the data's own"
    case .patterns: text += "in columns that miss together in the data"
    case .random: text += "at random"
    }
    text += ", filled and compared\n"
    let measured = check.methods.filter { $0.failure == nil }
    let hasNumbers = measured.contains { $0.numbers != nil }
    let hasCategories = measured.contains { $0.categories != nil }
    let level = measured.compactMap { $0.numbers?.interval?.level }.first
    // Of one column of numbers the errors stand in its own unit, of several in standard deviations.
    let single = measured.allSatisfy { $0.columns.count { $0.numbers != nil } == 1 }
    var head = ["  method", "error"]
    if hasNumbers { head += [single ? "MAE" : "MAE/sd", single ? "RMSE" : "RMSE/sd"] }
    if let level { head.append("in \(Self.percent(level))") }
    if hasCategories { head.append("accuracy") }
    var rows = [head + ["time", ""]]
    for method in check.methods {
      var row = ["  \(method.id)", method.relativeError.map { String(format: "%.3f", $0) } ?? "–"]
      let numbers = single ? method.columns.compactMap(\.numbers).first : method.numbers
      if hasNumbers { row += [numbers?.mae, numbers?.rmse].map { $0.map { Self.number($0) } ?? "–" } }
      if level != nil { row.append(method.numbers?.interval.map { Self.percent($0.coverage) } ?? "–") }
      if hasCategories { row.append(method.categories.map { Self.percent($0.accuracy) } ?? "–") }
      row.append(method.seconds.map { Wording.span($0) } ?? "–")
      row.append(method.id == check.chosen ? "← taken" : Self.note(method))
      rows.append(row)
    }
    text += TextTable(rows: rows, rightAligned: Set(1..<(rows[0].count - 1))).text(width: width)
    text += "  error: 0 is perfect, 1 is no better than each column's median or most frequent level"
    self.text = text
  }

  private static func note(_ method: MethodScore) -> String {
    method.failure.map { method.isLeftOut == true ? $0 : "failed: \($0)" } ?? ""
  }

  private static func percent(_ share: Double) -> String {
    let percent = share * 100
    return abs(percent - percent.rounded()) < 0.05
      ? String(format: "%.0f%%", percent) : String(format: "%.1f%%", percent)
  }

  private static func number(_ value: Double) -> String {
    String(format: value >= 100 ? "%.1f" : value >= 10 ? "%.2f" : "%.3f", value)
  }
}
