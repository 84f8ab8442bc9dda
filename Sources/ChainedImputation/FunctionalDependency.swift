import Foundation
import Tables

/// A column whose value follows from another one's: a country from a city, a name from a code.
///
/// Methods fill each column by itself, and could fill in pairs that never occur. After filling, what follows is made to
/// follow.
public struct FunctionalDependency: Sendable, Codable, Equatable {
  /// The columns of the table: what is known, and what follows.
  public let source: Int, target: Int
  /// The values of the source that were seen with the target, the frequent ones first, each with the target's.
  let pairs: [Pair]

  struct Pair: Sendable, Codable, Equatable {
    let source: DiscreteCell, target: DiscreteCell
  }

  /// Columns with more values than this are not looked at.
  static let mostValues = 1000
  /// What the chance that a random column would follow so well must be below, as −log.
  static let leastEvidence = 30.0

  /// Finds the dependencies among a table's columns that have few values.
  ///
  /// A column follows where every value of the source goes with one value of the target, and chance would hardly do so:
  /// each repeated value of the source is a test, that a random target passes with the chance that two of its cells agree.
  public static func find(in table: Table) -> [FunctionalDependency] {
    let columns = table.columns.map { DiscreteColumn($0, mostValues: min(mostValues, max(table.rowCount / 5, 2))) }
    var found: [FunctionalDependency] = []
    for (target, b) in columns.enumerated() {
      guard let b, b.values.count > 1 else { continue }
      for (source, a) in columns.enumerated() where source != target {
        guard let a, a.values.count >= b.values.count, let image = b.image(of: a) else { continue }
        found.append(FunctionalDependency(source: source, target: target, a, b, image: image))
      }
    }
    return found
  }

  private init(source: Int, target: Int, _ a: DiscreteColumn, _ b: DiscreteColumn, image: [Int32]) {
    self.source = source
    self.target = target
    var counts = [Int](repeating: 0, count: a.values.count)
    for code in a.codes where code >= 0 { counts[Int(code)] += 1 }
    pairs = a.values.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.filter { image[$0] >= 0 }.map {
      Pair(source: a.values[$0], target: b.values[Int(image[$0])])
    }
  }

  /// For each value of the source the target's.
  fileprivate var image: [DiscreteCell: DiscreteCell] {
    Dictionary(pairs.map { ($0.source, $0.target) }, uniquingKeysWith: { first, _ in first })
  }

  /// For each value of the target the most frequent value of the source that gives it.
  fileprivate var likeliest: [DiscreteCell: DiscreteCell] {
    Dictionary(pairs.map { ($0.target, $0.source) }, uniquingKeysWith: { first, _ in first })
  }
}

/// A value of a column that has few.
enum DiscreteCell: Sendable, Codable, Hashable {
  case number(Double)
  case level(String)

  init?(_ column: Column, _ row: Int) {
    switch column.values {
    case .numbers(let numbers): if numbers[row].isNaN { return nil } else { self = .number(numbers[row]) }
    case .categories(let indices, let levels):
      if indices[row] < 0 { return nil } else { self = .level(levels[Int(indices[row])]) }
    case .texts: return nil
    }
  }
}

/// A column as codes of its values.
private struct DiscreteColumn {
  var values: [DiscreteCell] = []
  /// Below 0 where missing.
  var codes: [Int32] = []

  init?(_ column: Column, mostValues: Int) {
    switch column.values {
    case .texts: return nil
    case .categories(let indices, let levels):
      guard levels.count <= mostValues else { return nil }
      (values, codes) = (levels.map { .level($0) }, indices)
    case .numbers(let numbers):
      var known: [Double: Int32] = [:]
      codes.reserveCapacity(numbers.count)
      for number in numbers {
        if number.isNaN {
          codes.append(-1)
        } else if let code = known[number] {
          codes.append(code)
        } else {
          guard values.count < mostValues else { return nil }
          known[number] = Int32(values.count)
          codes.append(Int32(values.count))
          values.append(.number(number))
        }
      }
    }
  }

  /// For each value of another column the value here, below 0 where none was seen; nil where this column does not follow.
  func image(of source: DiscreteColumn) -> [Int32]? {
    FunctionalDependency.image(of: source.codes, source.values.count, in: codes, values.count)
  }
}

extension FunctionalDependency {
  /// For each code of one column the code that another one has beside it, below 0 where none was seen; nil where the
  /// second does not follow from the first, or no better than chance would have it.
  ///
  /// - Parameters:
  ///   - source, target: the codes of both columns by row, below 0 where missing, of so many.
  public static func image(
    of source: [Int32], _ sourceCodes: Int, in target: [Int32], _ targetCodes: Int
  ) -> [Int32]? {
    var image = [Int32](repeating: -1, count: sourceCodes)
    var counts = [Double](repeating: 0, count: targetCodes)
    var tests = 0.0, rows = 0.0
    for (from, to) in zip(source, target) where from >= 0 && to >= 0 {
      counts[Int(to)] += 1
      rows += 1
      if image[Int(from)] < 0 { image[Int(from)] = to; continue }
      guard image[Int(from)] == to else { return nil }
      tests += 1
    }
    guard rows > 0 else { return nil }
    let agree = counts.reduce(0) { $0 + ($1 / rows) * ($1 / rows) }
    return agree < 1 && -tests * log(agree) > leastEvidence ? image : nil
  }
}

extension [FunctionalDependency] {
  /// Makes a filled table consistent; only cells that are missing in `given` change.
  ///
  /// What is given decides: first what follows from given cells, then what given cells follow from, then the rest.
  public func enforce(on filled: inout Table, given: Table) {
    func set(_ column: Int, _ rows: (Int) -> Bool, _ value: (Int) -> DiscreteCell?) {
      let gaps = given.columns[column]
      switch filled.columns[column].values {
      case .numbers(var numbers):
        for row in 0..<given.rowCount where gaps.isMissing(row) && rows(row) {
          if case .number(let number)? = value(row) { numbers[row] = number }
        }
        filled.columns[column].values = .numbers(numbers)
      case .categories(var indices, var levels):
        for row in 0..<given.rowCount where gaps.isMissing(row) && rows(row) {
          guard case .level(let level)? = value(row) else { continue }
          let place = levels.firstIndex(of: level) ?? levels.count
          if place == levels.count { levels.append(level) }
          indices[row] = Int32(place)
        }
        filled.columns[column].values = .categories(indices: indices, levels: levels)
      case .texts: break
      }
    }
    for own in self {
      let known = given.columns[own.source], image = own.image
      set(own.target, { !known.isMissing($0) }) { row in DiscreteCell(known, row).flatMap { image[$0] } }
    }
    for own in self {
      let known = given.columns[own.target], guessed = filled.columns[own.source]
      let image = own.image, likeliest = own.likeliest
      set(own.source, { !known.isMissing($0) }) { row in
        guard let target = DiscreteCell(known, row), let source = DiscreteCell(guessed, row) else { return nil }
        return image[source] == target ? nil : likeliest[target]
      }
    }
    for own in self {
      let source = filled.columns[own.source], image = own.image
      set(own.target, { _ in true }) { row in DiscreteCell(source, row).flatMap { image[$0] } }
    }
  }
}

extension [FunctionalDependency] {
  /// One dependency for each column that follows, in an order in which every column is set after what it follows from.
  ///
  /// Of two columns that follow from each other the first in the table decides.
  public func derivations() -> [FunctionalDependency] {
    func values(_ own: FunctionalDependency) -> (source: Int, target: Int) {
      (own.pairs.count, Set(own.pairs.map(\.target)).count)
    }
    /// Whether the source comes before the target: it has more values, or as many and stands further left.
    func descends(_ own: FunctionalDependency) -> Bool {
      let (source, target) = values(own)
      return source > target || source == target && own.source < own.target
    }
    var best: [Int: FunctionalDependency] = [:]
    for own in self where descends(own) {
      // What has the most values is derived from nothing else.
      if let known = best[own.target], values(known).source >= values(own).source { continue }
      best[own.target] = own
    }
    return best.values.sorted { a, b in
      let (x, y) = (values(a), values(b))
      return (y.source, y.target, a.target) < (x.source, x.target, b.target)
    }
  }

  /// Makes a made table consistent: every column is set by what it follows from, wherever that is there.
  public func enforce(on made: inout Table) {
    let empty = Table(
      columns: made.columns.map { Column(name: $0.name, values: $0.values.keeping { _ in false }) })
    enforce(on: &made, given: empty)
  }
}
