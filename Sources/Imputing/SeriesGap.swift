import Tables

/// A run of missing cells of one channel of one entity.
public struct SeriesGap: Sendable, Equatable {
  /// The entity's place in the index.
  public var entity: Int
  /// The places of the cells among the entity's rows in the order of time.
  public var steps: Range<Int>

  /// The number of cells.
  public var length: Int { steps.count }
}

extension SeriesIndex {
  /// The gaps of a channel, entity by entity in the order of time.
  public func gaps(of column: Column) -> [SeriesGap] {
    var gaps: [SeriesGap] = []
    for (place, entity) in entities.enumerated() {
      var start: Int?
      for (step, row) in entity.rows.enumerated() {
        if column.isMissing(row) {
          start = start ?? step
        } else if let first = start {
          gaps.append(SeriesGap(entity: place, steps: first..<step))
          start = nil
        }
      }
      if let first = start { gaps.append(SeriesGap(entity: place, steps: first..<entity.rows.count)) }
    }
    return gaps
  }

  /// The span of time that a gap covers: from its first to its last cell, and one usual step, in the unit of the index.
  public func span(of gap: SeriesGap) -> Double {
    let entity = entities[gap.entity]
    return entity.times[gap.steps.upperBound - 1] - entity.times[gap.steps.lowerBound] + (entity.typicalStep ?? 0)
  }
}
