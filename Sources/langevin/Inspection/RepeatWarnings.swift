import Evaluation
import Foundation
import Tables

/// Rows that repeat others, or lie between others.
enum RepeatWarnings {
  /// Natural repeats below this share are not worth a word.
  private static let natural = 0.05
  private static let mostClasses = 20

  static func warnings(_ data: CSVReader.Result, target: String?) -> [Inspection.Warning] {
    repeats(data, target: target) + generated(data, target: target)
  }

  /// Rows that SMOTE or its kin made.
  private static func generated(_ data: CSVReader.Result, target: String?) -> [Inspection.Warning] {
    guard let target else { return [] }
    return RowsBetween.find(data.table, schema: data.schema, target: target).map { found in
      .init(
        code: "generated-rows",
        message:
          "\(Wording.count(found.between)) of \(Wording.count(found.rows)) rows with \(target) '\(found.label)' lie on the line between two others, as rows that SMOTE made do.",
        cure:
          "If balancing added rows, use the table as it was before: a generated row in training gives held-out rows away."
      )
    }
  }

  private static func repeats(_ data: CSVReader.Result, target: String?) -> [Inspection.Warning] {
    let twins = RowTwins(data.table, schema: data.schema), rows = data.table.rowCount
    guard rows > 0, twins.repeats > 0 else { return [] }
    let share = Double(twins.repeats) / Double(rows)
    guard !twins.areNatural || share >= natural else { return [] }
    var message =
      "\(Wording.count(twins.repeats)) of \(Wording.count(rows)) rows (\(Wording.percent(share))) repeat others in all columns"
    if let worst = worstClass(data, twins, target: target) {
      message +=
        "; of \(target ?? "") '\(worst.label)' \(Wording.count(worst.repeats)) of \(Wording.count(worst.rows)) do"
    }
    return [
      twins.areNatural
        ? .init(
          code: "repeated-rows", message: message + ".",
          cure: "The columns have so few values that rows repeat by chance.")
        : .init(
          code: "repeated-rows", message: message + ", more than chance explains.",
          cure:
            "If balancing or a join added them, remove them before rows are held out: a copy in training gives its twin's answer away."
        )
    ]
  }

  /// The class of the target with the largest share of repeats, where it is above that of all rows.
  private static func worstClass(
    _ data: CSVReader.Result, _ twins: RowTwins, target: String?
  ) -> (label: String, repeats: Int, rows: Int)? {
    guard let target, let column = data.table[target] else { return nil }
    let labels: [String?] =
      switch column.values {
      case .numbers(let numbers):
        numbers.map { $0.isNaN ? nil : $0 == $0.rounded() && abs($0) < 1e9 ? String(format: "%.0f", $0) : "\($0)" }
      case .categories(let indices, let levels): indices.map { $0 < 0 ? nil : levels[Int($0)] }
      case .texts: []
      }
    var counts: [String: (repeats: Int, rows: Int)] = [:]
    for (row, label) in labels.enumerated() {
      guard let label else { continue }
      counts[label, default: (0, 0)].rows += 1
      if twins.isRepeat[row] { counts[label, default: (0, 0)].repeats += 1 }
      guard counts.count <= mostClasses else { return nil }
    }
    let overall = Double(twins.repeats) / Double(twins.isRepeat.count)
    let worst = counts.sorted { $0.key < $1.key }.max {
      Double($0.value.repeats) / Double($0.value.rows) < Double($1.value.repeats) / Double($1.value.rows)
    }
    guard let worst, counts.count > 1, Double(worst.value.repeats) / Double(worst.value.rows) > overall else {
      return nil
    }
    return (worst.key, worst.value.repeats, worst.value.rows)
  }
}
