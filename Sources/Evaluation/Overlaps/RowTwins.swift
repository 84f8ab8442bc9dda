import DownstreamModels
import Tables

/// Which rows of a table belong together, because they repeat each other or because a column says so: they must not be
/// divided between learning and testing.
///
///     let twins = RowTwins(table, schema: schema, leavingOut: ["class"])
///     twins.repeats     // rows that equal an earlier one in all columns but the class
///     twins.groups      // rows with the same number stay together
///
/// Repeats that chance explains (``RepeatedRows``), as of a table with few columns of few values, are no reason to keep rows
/// together, nor are one or two rows that make up a tenth of the table each: rows to come repeat these too.
public struct RowTwins: Sendable {
  /// The group of each row that must stay together.
  public let groups: [Int]
  /// Rows that equal an earlier one, and whether chance explains them.
  public let repeats: Int, areNatural: Bool
  /// Rows that equal an earlier one and stay with it.
  public let kept: Int
  /// Whether a row equals an earlier one.
  public let isRepeat: [Bool]

  /// Finds the rows of a table that belong together.
  ///
  /// - Parameters:
  ///   - leavingOut: columns in which twins may differ.
  ///   - group: a column whose values name rows that belong together; missing ones belong to none.
  public init(_ table: Table, schema: Schema, leavingOut: Set<String> = [], group: String? = nil) {
    let rows = table.rowCount
    var names: [String] = [], cells: [FeatureColumn] = []
    for column in table.columns where !leavingOut.contains(column.name) && column.name != group {
      switch schema[column.name]?.kind {
      case nil, .identifier, .text, .constant: continue
      default: break
      }
      guard let codes = Self.features(column.values) else { continue }
      names.append(column.name)
      cells.append(codes)
    }
    var parts = Sets(count: rows)
    if !names.isEmpty {
      let features = Features(names: names, columns: cells, rowCount: rows)
      let found = RepeatedRows(features, names.map { Comparison.Column(name: $0) })
      var first: [Int32: Int] = [:], sizes: [Int32: Int] = [:]
      for group in found.group { sizes[group, default: 0] += 1 }
      var isRepeat = [Bool](repeating: false, count: rows), kept = 0
      for (row, group) in found.group.enumerated() {
        guard let twin = first[group] else {
          first[group] = row
          continue
        }
        isRepeat[row] = true
        if !found.areNatural, Double(sizes[group]!) < found.frequentFrom {
          parts.join(row, twin)
          kept += 1
        }
      }
      (repeats, areNatural, self.kept, self.isRepeat) = (found.repeats, found.areNatural, kept, isRepeat)
    } else {
      (repeats, areNatural, kept, isRepeat) = (0, true, 0, [Bool](repeating: false, count: rows))
    }
    if let group, let column = table[group] {
      var first: [String: Int] = [:]
      for (row, value) in column.values.texts.enumerated() {
        guard let value else { continue }
        if let other = first[value] { parts.join(row, other) } else { first[value] = row }
      }
    }
    groups = parts.numbers()
  }

  private static func features(_ values: Column.Values) -> FeatureColumn? {
    switch values {
    case .numbers(let numbers): .numbers(numbers)
    case .categories(let indices, let levels): .categories(codes: indices, levels: levels.count)
    case .texts: nil
    }
  }

  /// Sets of rows that grow together (R. Tarjan, "Efficiency of a good but not linear set union algorithm", JACM 22, 1975).
  private struct Sets {
    private var parent: [Int]

    init(count: Int) { parent = Array(0..<count) }

    private mutating func root(_ row: Int) -> Int {
      var row = row
      while parent[row] != row {
        parent[row] = parent[parent[row]]
        row = parent[row]
      }
      return row
    }

    mutating func join(_ first: Int, _ second: Int) {
      let (a, b) = (root(first), root(second))
      parent[max(a, b)] = min(a, b)
    }

    /// The sets numbered in the order of their first rows.
    mutating func numbers() -> [Int] {
      var numbers: [Int: Int] = [:]
      return parent.indices.map { row in
        let root = root(row)
        if let known = numbers[root] { return known }
        numbers[root] = numbers.count
        return numbers.count - 1
      }
    }
  }
}

extension Column.Values {
  /// The cells as texts, nil where they are missing; equal where cells are.
  public var texts: [String?] {
    switch self {
    case .numbers(let numbers): numbers.map { $0.isNaN ? nil : $0.plainText }
    case .categories(let indices, let levels): indices.map { $0 < 0 ? nil : levels[Int($0)] }
    case .texts(let texts): texts
    }
  }
}
