import Tables

/// Which rows of learned columns meet a request.
struct ConditionFilter {
  private let conditions: [CellCondition]
  private let complete: Set<String>

  /// - Throws: ``ConditionError/impossible(_:)`` for a condition on a column that is the same in every row.
  init(_ request: SampleRequest, frame: TableFrame) throws(ConditionError) {
    let names = Set(frame.learned.map(\.schema.name))
    if let other = request.conditions.first(where: { !names.contains($0.column) && !frame.alwaysMeets($0) }) {
      throw .impossible("column '\(other.column)' is not learned, and never as it is wanted")
    }
    conditions = request.conditions.filter { names.contains($0.column) }
    complete = request.includesMissing ? [] : names
  }

  /// Whether every row passes.
  var isOpen: Bool { conditions.isEmpty && complete.isEmpty }

  /// The rows that pass.
  func passing(_ columns: [Column]) -> [Int] {
    let tests = columns.compactMap { test($0) }
    return (0..<(columns.first?.count ?? 0)).filter { row in tests.allSatisfy { $0(row) } }
  }

  private func test(_ column: Column) -> ((Int) -> Bool)? {
    guard let condition = conditions.first(where: { $0.column == column.name }) else {
      return complete.contains(column.name) ? { !column.isMissing($0) } : nil
    }
    return condition.allowed.test(column)
  }
}
