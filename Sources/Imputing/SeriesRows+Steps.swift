import DiffusionCore
import Tables

extension SeriesRows {
  /// Adds a row for every time step that an entity lacks between its first and its last one, after the row that is
  /// before it in time. Its cells are missing but for the time, the groups, and what is one and the same in all rows of
  /// each entity.
  ///
  /// - Parameters:
  ///   - index: the series of the table as it is.
  ///   - layout: which columns tell time and entity.
  ///   - step: the distance of two times, in the unit of the index; distances of less than one and a half are no gap.
  ///   - limit: the most rows that may be added.
  /// - Returns: the number of rows that were added; nil where there would be more than the limit, and nothing was done.
  public mutating func addSteps(
    of step: Double, index: SeriesIndex, layout: SeriesLayout, schema: Schema, limit: Int
  ) -> Int? {
    let unit: Double = if case .date? = schema[layout.time]?.kind { 86_400 } else { 1 }
    var additions: [Int: [Double]] = [:]
    var count = 0
    for entity in index.entities {
      for place in entity.rows.indices.dropFirst() {
        let start = entity.times[place - 1]
        let steps = ((entity.times[place] - start) / step).rounded()
        guard steps >= 2 else { continue }
        guard steps < 1e9, count + Int(steps) - 1 <= limit else { return nil }
        count += Int(steps) - 1
        let times = (1..<Int(steps)).map { (start + Double($0) * step) / unit }
        let (before, after) = (entity.rows[place - 1], entity.rows[place])
        // Where the file runs backwards in time, so do the rows that are added.
        additions[min(before, after)] = before < after ? times : times.reversed()
      }
    }
    guard count > 0 else { return 0 }

    // The row of this table that each new one stands after, or is.
    var order: [Int] = [], times: [Double?] = []
    for row in 0..<table.rowCount {
      order.append(row)
      times.append(nil)
      for time in additions[row] ?? [] {
        order.append(row)
        times.append(time)
      }
    }
    let added = times.indices.filter { times[$0] != nil }
    var columns: [Column] = []
    for column in table.columns {
      var longer = column.rows(order)
      if column.name == layout.time {
        guard case .numbers(var numbers) = longer.values else { preconditionFailure("times are numbers") }
        for row in added { numbers[row] = times[row] ?? .nan }
        longer.values = .numbers(numbers)
      } else if !layout.groups.contains(column.name), !Self.isFixed(column, index) {
        longer.empty(rows: added)
      }
      columns.append(longer)
    }
    let places = order.indices.filter { times[$0] == nil }
    var placeOf = [Int](repeating: 0, count: table.rowCount)
    for place in places { placeOf[order[place]] = place }
    sources = zip(order, times).map { $1 == nil ? sources[$0] : nil }
    moved = moved.mapValues { cells in
      Dictionary(uniqueKeysWithValues: cells.map { (placeOf[$0.key], $0.value) })
    }
    rewritten = rewritten.mapValues { marks in zip(order, times).map { $1 == nil && marks[$0] } }
    table = Table(columns: columns)
    return count
  }

  /// Whether a column has one and the same value in all rows of each entity, such as a station's place.
  private static func isFixed(_ column: Column, _ index: SeriesIndex) -> Bool {
    guard let codes = column.distinctCodes() else { return false }
    return index.entities.allSatisfy { entity in entity.rows.allSatisfy { codes[$0] == codes[entity.rows[0]] } }
  }

  /// How many time steps are missing between rows, where most rows of an entity are one usual step apart.
  ///
  /// - Returns: their number and the usual step of the first entity that lacks any, in the unit of the index; nil where
  ///   none is missing, or where the rows have no usual step.
  public static func missingSteps(_ index: SeriesIndex) -> (count: Int, step: Double)? {
    var count = 0, first: Double?
    for entity in index.entities {
      guard let step = entity.typicalStep, step > 0, entity.times.count > 2 else { continue }
      let distances = zip(entity.times.dropFirst(), entity.times).map { ($0 - $1) / step }
      let regular = distances.count { abs($0 - $0.rounded()) < 0.01 }
      guard Double(regular) >= 0.95 * Double(distances.count) else { continue }
      let missing = distances.reduce(0) { $0 + max(0, Int(clamping: min($1, 1e9).rounded()) - 1) }
      if missing > 0 {
        count += missing
        first = first ?? step
      }
    }
    return first.map { (count, $0) }
  }
}
