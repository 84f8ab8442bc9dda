import DiffusionCore
import Tables

/// Conditions on rows, as what is drawn so that they hold and what is checked in made rows.
///
/// A condition on the label, and one that says whether a cell is missing, are met exactly: label and pattern of missing
/// cells are drawn among those that meet them. All others are met by making rows again that miss them.
struct RowConditions: Sendable {
  /// By part, whether it is admitted.
  let parts: [Bool]
  /// By pattern of missing cells, whether it is admitted.
  let patterns: [Bool]
  /// What made rows are checked for: the column's place, and what its cell may be.
  let checked: [(column: Int, allowed: CellCondition.Allowed)]

  /// - Parameter includesMissing: whether cells may be missing.
  /// - Throws: ``ConditionError`` where a condition can never be met.
  init(_ conditions: [CellCondition], coding: FlowCoding, includesMissing: Bool) throws {
    var parts = [Bool](repeating: true, count: coding.parts)
    var missing: [Int: Bool] = [:], checked: [(column: Int, allowed: CellCondition.Allowed)] = []
    var seen: Set<String> = []
    for condition in conditions {
      guard seen.insert(condition.column).inserted else { throw ConditionError.repeated(condition.column) }
      guard let column = coding.cells.names.firstIndex(of: condition.column) else {
        throw ConditionError.unknownColumn(condition.column, known: coding.cells.names)
      }
      guard coding.kinds[column] != .texts else {
        throw ConditionError.notModelled(
          condition.column, kind: coding.identifiers[column] == nil ? "text" : "identifier")
      }
      let mayMiss = coding.patterns.place(of: column) != nil
      if case .missing = condition.allowed {
        guard mayMiss else { throw ConditionError.neverMissing(condition.column) }
        guard includesMissing else {
          throw ConditionError.impossible("'\(condition.column)' is to be missing, and no cell may be")
        }
        missing[column] = true
        continue
      }
      if mayMiss { missing[column] = false }
      if let label = coding.label, label.column == column, case .levels(let wanted) = condition.allowed {
        for (part, level) in label.levels.enumerated() where !wanted.contains(level) { parts[part] = false }
      } else {
        checked.append((column, condition.allowed))
      }
    }
    self.parts = parts
    self.checked = checked
    patterns = coding.patterns.admitted(missing)
    guard parts.contains(true) else {
      throw ConditionError.impossible("the label is never so in the training data")
    }
    let possible = coding.patterns.counts.enumerated().contains { part, counts in
      parts[part] && zip(counts, patterns).contains { $0 > 0 && $1 }
    }
    guard possible else {
      throw ConditionError.impossible("these cells are never missing together in the training data")
    }
  }

  /// The rows of a table that meet all conditions.
  func met(by table: Table) -> [Int] {
    let tests = checked.map { $0.allowed.test(table.columns[$0.column]) }
    return (0..<table.rowCount).filter { row in tests.allSatisfy { $0(row) } }
  }
}
