import DiffusionCore
import Tables

/// Which of the rows that a plugin made meet what was asked.
struct RowFilter {
  private let conditions: [CellCondition]
  private let complete: Set<String>

  /// - Parameters:
  ///   - conditions: what must hold.
  ///   - complete: columns that may not be missing.
  init(_ conditions: [CellCondition], complete: Set<String>) {
    self.conditions = conditions
    self.complete = complete
  }

  /// Whether every row passes.
  var isOpen: Bool { conditions.isEmpty && complete.isEmpty }

  /// The rows that pass.
  func passing(_ columns: [Column]) -> [Int] {
    guard let count = columns.first?.count else { return [] }
    let tests = columns.compactMap { test($0) }
    return (0..<count).filter { row in tests.allSatisfy { $0(row) } }
  }

  private func test(_ column: Column) -> ((Int) -> Bool)? {
    guard let condition = conditions.first(where: { $0.column == column.name }) else {
      return complete.contains(column.name) ? { !column.isMissing($0) } : nil
    }
    switch (condition.allowed, column.values) {
    case (.missing, _): return { column.isMissing($0) }
    case (.range(let range), .numbers(let numbers)): return { range.contains(numbers[$0]) }
    case (.levels(let texts), .categories(let indices, let levels)):
      let allowed = Set(levels.indices.filter { texts.contains(levels[$0]) }.map { Int32($0) })
      return { allowed.contains(indices[$0]) }
    default: return { _ in false }
    }
  }
}
