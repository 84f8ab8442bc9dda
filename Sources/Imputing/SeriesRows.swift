import Tables

/// A table on its way to be filled: rows that were merged or added, and where in the file each came from.
public struct SeriesRows: Sendable, Equatable {
  /// The rows.
  public var table: Table
  /// For each row, its place in the table that was read; nil for a row that was added.
  public var sources: [Int?]
  /// Cells that come from another row than their own, by column name and row.
  public var moved: [String: [Int: Int]] = [:]
  /// Cells that stand in no row of the file, such as means, by column name: a mark for each row.
  public var rewritten: [String: [Bool]] = [:]

  /// Takes a table as it was read.
  public init(_ table: Table) {
    self.table = table
    sources = Array(0..<table.rowCount)
  }

  /// The number of rows that were added.
  public var addedCount: Int { sources.count { $0 == nil } }
}

/// What becomes of rows of one entity with the same time.
public enum DuplicateRule: String, Sendable, CaseIterable {
  /// Numbers become their mean, categories the most frequent level.
  case mean
  /// Each cell has the first value that there is, or the last one, in the order of the file.
  case first, last
}

extension SeriesRows {
  /// Rows of one entity with the same time become one row, where the first of them stood.
  ///
  /// - Parameters:
  ///   - time: the column that tells the time.
  ///   - groups: the columns that name the entity.
  ///   - rule: what becomes of their cells.
  /// - Returns: the number of rows that went.
  public mutating func merge(time: String, groups: [String], rule: DuplicateRule) -> Int {
    let stamps = Self.stamps(table, [time] + groups)
    var members: [[Int]] = [], places: [[Int]: Int] = [:]
    for (row, stamp) in stamps.enumerated() {
      if let place = places[stamp] {
        members[place].append(row)
      } else {
        places[stamp] = members.count
        members.append([row])
      }
    }
    guard members.count < table.rowCount else { return 0 }
    let removed = table.rowCount - members.count
    sources = members.map { sources[$0[0]] }
    let several = members.indices.filter { members[$0].count > 1 }
    var columns: [Column] = []
    for column in table.columns { columns.append(merged(column, members, several, rule)) }
    table = Table(columns: columns)
    return removed
  }

  private mutating func merged(
    _ column: Column, _ members: [[Int]], _ several: [Int], _ rule: DuplicateRule
  ) -> Column {
    // Which row each cell comes from, and the means, which come from none.
    var origins = members.map { $0[0] }
    var means: [Int: Double] = [:]
    for row in several {
      let present = members[row].filter { !column.isMissing($0) }
      guard let first = present.first, let last = present.last else { continue }
      switch rule {
      case .first: origins[row] = first
      case .last: origins[row] = last
      case .mean:
        if let kept = column.middle(of: present) {
          origins[row] = kept
        } else if case .numbers(let numbers) = column.values {
          means[row] = present.map { numbers[$0] }.average
        }
      }
      if origins[row] != members[row][0] { moved[column.name, default: [:]][row] = origins[row] }
    }
    var result = column.rows(origins)
    guard !means.isEmpty, case .numbers(var numbers) = result.values else { return result }
    var marks = [Bool](repeating: false, count: members.count)
    for (row, mean) in means {
      numbers[row] = mean
      marks[row] = true
    }
    result.values = .numbers(numbers)
    rewritten[column.name] = marks
    return result
  }

  /// What tells rows apart, as codes of the values of some columns.
  private static func stamps(_ table: Table, _ names: [String]) -> [[Int]] {
    let codes = names.map { table[$0]?.distinctCodes() ?? Array(0..<table.rowCount) }
    return (0..<table.rowCount).map { row in codes.map { $0[row] } }
  }
}

extension Column {
  /// The row whose cell stands for several: where all numbers are equal the first of them, for categories the first with
  /// the most frequent level, for texts the first. Nil where numbers differ.
  func middle(of rows: [Int]) -> Int? {
    switch values {
    case .numbers(let numbers): return rows.allSatisfy { numbers[$0] == numbers[rows[0]] } ? rows[0] : nil
    case .categories(let indices, _):
      var counts: [Int32: Int] = [:]
      for row in rows { counts[indices[row], default: 0] += 1 }
      let most = counts.values.max()
      return rows.first { counts[indices[$0]] == most }
    case .texts: return rows[0]
    }
  }
}
