import DiffusionCore
import Tables

/// Decides whether a table is a set of series, and which columns tell time and entity.
public struct SeriesDetection: Sendable {
  /// What was found.
  public struct Finding: Sendable, Equatable {
    /// The columns.
    public var layout: SeriesLayout
    /// Why, as a clause.
    public var reason: String
  }

  let table: Table, schema: Schema

  /// Looks at a table.
  public init(_ table: Table, schema: Schema) {
    self.table = table
    self.schema = schema
  }

  /// Rows of an entity, on average, from which on they are taken for a series.
  static let leastRows = 5.0
  /// The share of distinct times, and of steps that go forward, in a series.
  static let mostly = 0.95

  /// A series, where a date or a date-time has mostly distinct values that increase from row to row, or does so within
  /// the entities that a column, or two, tell apart.
  ///
  /// - Parameters:
  ///   - time: the column that tells the time, where the user named it.
  ///   - groups: the columns that name the entity, where the user named them.
  ///   - covariates: columns that are never filled.
  public func find(time: String? = nil, groups: [String] = [], covariates: [String] = []) -> Finding? {
    for column in schema.columns where time == nil ? column.kind.isDate : column.name == time {
      guard !groups.contains(column.name), let times = table[column.name]?.distinctCodes() else { continue }
      func finding(_ groups: [String], _ reason: String) -> Finding {
        Finding(layout: SeriesLayout(time: column.name, groups: groups, covariates: covariates), reason: reason)
      }
      if !groups.isEmpty {
        return finding(groups, "its times tell the rows of \(groups.joined(separator: ", ")) apart")
      }
      if isSeries(times, entities: nil) { return finding([], "its values are distinct and increase from row to row") }
      if let found = grouping(times, except: column.name) {
        return finding(found, "its values are distinct and increase within each \(found.joined(separator: ", "))")
      }
      if time != nil { return finding([], "it was named") }
    }
    return nil
  }

  /// The column, or else the two columns, that tell entities apart: of several the one with the fewest entities.
  private func grouping(_ times: [Int], except time: String) -> [String]? {
    let candidates = schema.columns.compactMap { column -> (name: String, codes: [Int], count: Int)? in
      guard column.name != time, column.kind.mayNameEntities, let codes = table[column.name]?.distinctCodes() else {
        return nil
      }
      let count = (codes.max() ?? -1) + 1
      guard count > 1, Double(table.rowCount) / Double(count) >= Self.leastRows else { return nil }
      return (column.name, codes, count)
    }
    let single = candidates.filter { isSeries(times, entities: $0.codes) }.min { $0.count < $1.count }
    if let single { return [single.name] }
    let few = candidates.prefix(8)
    var best: (names: [String], count: Int)?
    for (place, first) in few.enumerated() {
      for second in few.dropFirst(place + 1) {
        let pairs = zip(first.codes, second.codes).map { $0 * second.count + $1 }
        let count = Set(pairs).count
        guard Double(table.rowCount) / Double(count) >= Self.leastRows, count < best?.count ?? .max,
          isSeries(times, entities: pairs)
        else { continue }
        best = ([first.name, second.name], count)
      }
    }
    return best?.names
  }

  /// Whether times are mostly distinct, and mostly increase from each row of an entity to its next.
  ///
  /// - Parameter times: codes in the order of their values.
  private func isSeries(_ times: [Int], entities: [Int]?) -> Bool {
    struct Stamp: Hashable { let entity: Int, time: Int }
    guard times.count >= 3 else { return false }
    var seen: Set<Stamp> = [], last: [Int: Int] = [:]
    var steps = 0, forward = 0
    for (row, time) in times.enumerated() {
      let entity = entities?[row] ?? 0
      seen.insert(Stamp(entity: entity, time: time))
      if let before = last.updateValue(time, forKey: entity) {
        steps += 1
        if time >= before { forward += 1 }
      }
    }
    // Newest first is an order too.
    let ordered = Double(max(forward, steps - forward))
    return Double(seen.count) >= Self.mostly * Double(times.count) && steps > 0
      && ordered >= Self.mostly * Double(steps)
  }
}

extension ColumnKind {
  /// A date, with or without a time.
  var isDate: Bool { [.date, .dateTime].contains(name) }

  /// Whether its values may tell entities apart.
  var mayNameEntities: Bool {
    switch self {
    case .boolean, .category, .integer, .identifier, .text: true
    default: false
    }
  }
}

extension Column {
  /// For each row the place of its value among the distinct values, numbers in their order; nil where a cell is missing.
  func distinctCodes() -> [Int]? {
    switch values {
    case .numbers(let numbers):
      guard !numbers.contains(where: \.isNaN) else { return nil }
      var places: [Double: Int] = [:]
      for (place, number) in Set(numbers).sorted().enumerated() { places[number] = place }
      return numbers.map { places[$0]! }
    case .categories(let indices, _):
      guard !indices.contains(where: { $0 < 0 }) else { return nil }
      return indices.map { Int($0) }
    case .texts(let texts):
      var places: [String: Int] = [:]
      var codes: [Int] = []
      for text in texts {
        guard let text else { return nil }
        let place = places[text] ?? places.count
        places[text] = place
        codes.append(place)
      }
      return codes
    }
  }
}
