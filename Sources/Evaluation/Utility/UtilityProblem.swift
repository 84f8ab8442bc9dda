import DownstreamModels
import Tables
import Tensors

/// What is to be predicted from what, in each arm and in the hold-out.
struct UtilityProblem: Sendable {
  let target: String
  /// The classes that occur in any of the tables, in the order of their codes; nil for numbers.
  let classes: [String]?
  let real: Rows, synthetic: Rows, holdout: Rows
  let notes: [String]

  /// Rows whose outcome is known.
  struct Rows: Sendable {
    let features: Features
    let outcome: Outcome
  }

  init(_ comparison: Comparison, target index: Int, seed: UInt64) throws(NotApplicable) {
    guard let held = comparison.holdout else {
      throw NotApplicable(why: "models are tested on held-out real rows, and there are none")
    }
    let column = comparison.columns[index]
    let tables = [comparison.real, comparison.synthetic, held]
    let coding = ClassCoding(tables.map { $0.columns[index] }, column)
    target = column.name
    classes = coding?.labels
    if let count = coding?.labels.count, count > Utility.maximumClasses {
      throw NotApplicable(
        why:
          "\(column.name) has \(count) classes, and models tell at most \(Utility.maximumClasses) apart: name another "
          + "column to be predicted")
    }
    var rows: [Rows] = []
    var notes: [String] = []
    let uses = [StreamUse.utilityReal, StreamUse.utilitySynthetic, StreamUse.utilityHoldout]
    for (place, name) in ["real", "synthetic", "held-out"].enumerated() {
      let features = tables[place].removing(column: index)
      let outcome = UtilityProblem.outcome(tables[place].columns[index], coding)
      var kept = (0..<features.rowCount).filter { outcome.isKnown($0) }
      if kept.count < features.rowCount {
        notes.append(
          "\(features.rowCount - kept.count) \(name) rows without \(column.name) were left out of its prediction.")
      }
      if kept.count > Utility.maximumRows {
        notes.append(
          "Of \(kept.count) \(name) rows, \(Utility.maximumRows) drawn at random took part in the prediction of "
            + "\(column.name).")
        let stream = RandomStream(seed: seed).child(uses[place])
        kept = Folds.sample(Utility.maximumRows, of: kept.count, stream: stream).map { kept[$0] }
      }
      guard !kept.isEmpty else { throw NotApplicable(why: "no \(name) row has a value of \(column.name)") }
      rows.append(
        kept.count == features.rowCount
          ? Rows(features: features, outcome: outcome)
          : Rows(features: features.rows(kept), outcome: outcome.rows(kept)))
    }
    (real, synthetic, holdout) = (rows[0], rows[1], rows[2])
    self.notes = notes + UtilityProblem.unseen(rows, labels: coding?.labels, target: column.name)
    guard real.outcome.varies else {
      throw NotApplicable(why: "\(column.name) has one value in all real rows: there is nothing to predict")
    }
    guard holdout.outcome.varies else {
      throw NotApplicable(why: "\(column.name) has one value in all held-out rows: no prediction can be judged")
    }
  }

  private static func outcome(_ cells: FeatureColumn, _ coding: ClassCoding?) -> Outcome {
    switch cells {
    case .numbers(let numbers): return .numbers(numbers)
    case .categories(let codes, _):
      guard let coding else { return .classes(codes.map { Int($0) }, count: 0) }
      return .classes(codes.map { $0 < 0 ? -1 : coding.classes[Int($0)] }, count: coding.labels.count)
    }
  }

  private static func unseen(_ rows: [Rows], labels: [String]?, target: String) -> [String] {
    guard let labels else { return [] }
    let occurring = rows.map { rows -> Set<Int> in
      if case .classes(let classes, _) = rows.outcome { Set(classes) } else { [] }
    }
    return zip(["real", "synthetic"], occurring).compactMap { name, learned in
      let missing = occurring[2].subtracting(learned).sorted().map { "'\(labels[$0].shortened())'" }
      return missing.isEmpty
        ? nil
        : "\(target) has values among held-out rows that no \(name) row has, so that models of these cannot predict "
          + "them: " + missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "") + "."
    }
  }
}

/// The levels of a target that occur in any table, without the one of missing cells.
private struct ClassCoding {
  /// The class of each level; -1: none.
  let classes: [Int]
  let labels: [String]

  init?(_ tables: [FeatureColumn], _ column: Comparison.Column) {
    guard let levels = column.levels else { return nil }
    var occurs = [Bool](repeating: false, count: levels.count)
    for case .categories(let codes, _) in tables {
      for code in codes where code >= 0 { occurs[Int(code)] = true }
    }
    if let missing = column.missingLevel { occurs[Int(missing)] = false }
    let occurring = levels.indices.filter { occurs[$0] }
    var classes = [Int](repeating: -1, count: levels.count)
    for (place, level) in occurring.enumerated() { classes[level] = place }
    self.classes = classes
    labels = occurring.map { levels[$0] }
  }
}

extension Outcome {
  fileprivate var varies: Bool {
    switch self {
    case .classes(let classes, _): classes.contains { $0 != classes[0] }
    case .numbers(let numbers): numbers.contains { $0 != numbers[0] }
    }
  }
}
