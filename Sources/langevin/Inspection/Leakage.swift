import Tables

/// Columns that say too much of another: that settle the target, or nearly equal another column.
///
/// A sample of rows is enough to find them: what holds in 99 % of a table holds in about as many of 5,000 rows.
enum Leakage {
  private static let mostRows = 5_000
  private static let mostColumns = 300

  static func warnings(_ data: CSVReader.Result, target: String?) -> [Inspection.Warning] {
    let count = data.table.rowCount
    guard count >= 20 else { return [] }
    let step = max(1, count / mostRows)
    let rows = Array(stride(from: 0, to: count, by: step))
    let columns = data.schema.columns.indices
      .filter { data.schema.columns[$0].isModelled }.prefix(mostColumns)
      .map { data.table.columns[$0].rows(rows) }
    var found = nearlyEqual(columns)
    if let target, let wanted = columns.first(where: { $0.name == target }) {
      found += columns.filter { $0.name != target }.compactMap { settles($0, wanted) }
    }
    return found
  }

  // MARK: The target settled by one column

  private static func settles(_ feature: Column, _ target: Column) -> Inspection.Warning? {
    let known = Groups(feature, bins: 50), wanted = Groups(target, bins: 20)
    guard known.count > 1, wanted.count > 1, known.count <= feature.count / 5 else { return nil }
    var table = [Int](repeating: 0, count: known.count * wanted.count)
    var totals = [Int](repeating: 0, count: wanted.count)
    for row in 0..<feature.count {
      table[known.index[row] * wanted.count + wanted.index[row]] += 1
      totals[wanted.index[row]] += 1
    }
    let rightByFeature = (0..<known.count).reduce(0) { sum, group in
      sum + (table[(group * wanted.count)..<((group + 1) * wanted.count)].max() ?? 0)
    }
    let base = Double(totals.max() ?? 0) / Double(feature.count)
    let share = Double(rightByFeature) / Double(feature.count)
    // Nearly all of what guessing the commonest value leaves open is settled.
    guard share >= 0.98, 1 - share <= 0.05 * (1 - base) else { return nil }
    return .init(
      code: "leakage", column: feature.name,
      message: "Settles \(target.name) in \(Wording.percent(share)) of the rows on its own.",
      cure: "If it becomes known only together with \(target.name), it leaks the answer: --drop \(feature.name)")
  }

  /// The rows of a column in groups of equal or neighbouring values; missing cells are a group of their own.
  /// Without bins, numbers are grouped by value.
  private struct Groups {
    var index: [Int]
    var count: Int

    /// The number of groups that have rows.
    private(set) var used = 0

    init(_ column: Column, bins: Int) {
      switch column.values {
      case .categories(let indices, let levels):
        index = indices.map { $0 < 0 ? levels.count : Int($0) }
        count = levels.count + 1
      case .numbers(let numbers) where bins == 0:
        var places: [Double: Int] = [:]
        index = numbers.map { value in
          if value.isNaN { return 0 }
          let next = places.count + 1
          return places[value]
            ?? {
              places[value] = next; return next
            }()
        }
        count = places.count + 1
      case .numbers(let numbers):
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        var edges: [Double] = []
        for bin in 1..<bins where !sorted.isEmpty {
          let edge = sorted[bin * sorted.count / bins]
          if edge > edges.last ?? sorted[0] { edges.append(edge) }
        }
        let missing = edges.count + 1
        index = numbers.map { value in
          value.isNaN ? missing : edges.partitionPoint { $0 > value }
        }
        count = missing + 1
      case .texts(let texts):
        index = texts.map { _ in 0 }
        count = 1
      }
      used = Set(index).count
    }
  }

  // MARK: One column nearly another

  private static func nearlyEqual(_ columns: [Column]) -> [Inspection.Warning] {
    var found: [Inspection.Warning] = []
    let marks = columns.map { column in column.rows(Array(0..<min(column.count, 1_000))) }
    let groups = columns.map { Groups($0, bins: 0) }
    for first in marks.indices {
      for second in marks.indices where second > first {
        guard let share = equalShare(marks[first], marks[second]), share >= 0.95 else {
          if saysTheSame(groups[first], groups[second]) {
            found.append(
              .init(
                code: "one-to-one", column: marks[second].name,
                message: "Goes with \(marks[first].name) one to one: the two say the same.",
                cure: "Where they only name one thing twice: --drop \(marks[second].name)"))
          }
          continue
        }
        found.append(
          .init(
            code: "near-equal", column: marks[second].name,
            message: "Equals \(marks[first].name) in \(Wording.percent(share)) of the rows.",
            cure: "One of the two tells all: --drop \(marks[second].name)"))
      }
    }
    return found
  }

  /// Whether two columns of a few values are one in other words, as a code and its name are.
  private static func saysTheSame(_ first: Groups, _ second: Groups) -> Bool {
    guard first.used > 1, first.used == second.used, first.used * 5 <= first.index.count else { return false }
    var partner = [Int](repeating: -1, count: first.count)
    for (mine, other) in zip(first.index, second.index) {
      if partner[mine] < 0 { partner[mine] = other }
      if partner[mine] != other { return false }
    }
    return true
  }

  private static func equalShare(_ a: Column, _ b: Column) -> Double? {
    switch (a.values, b.values) {
    case (.numbers(let x), .numbers(let y)):
      guard let first = x.first(where: { !$0.isNaN }), x.contains(where: { !$0.isNaN && $0 != first }) else {
        return nil
      }
      var both = 0, equal = 0
      for (left, right) in zip(x, y) where !left.isNaN && !right.isNaN {
        both += 1
        if (left - right).magnitude <= 1e-9 * max(left.magnitude, right.magnitude) { equal += 1 }
      }
      return both >= 20 ? Double(equal) / Double(both) : nil
    case (.categories(let x, let levels), .categories(let y, let others)):
      // Levels are compared as texts; two booleans that mostly say "no" are no copies of each other.
      guard levels.count > 2 else { return nil }
      var both = 0, equal = 0
      for (left, right) in zip(x, y) where left >= 0 && right >= 0 {
        both += 1
        if levels[Int(left)] == others[Int(right)] { equal += 1 }
      }
      return both >= 20 ? Double(equal) / Double(both) : nil
    default: return nil
    }
  }
}

extension [Double] {
  /// The first index whose element satisfies a condition that holds from there on; the count where none does.
  fileprivate func partitionPoint(_ isAfter: (Double) -> Bool) -> Int {
    var low = 0, high = count
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
