import Tables

/// Gaps that are too long to be filled.
public struct GapLimit: Sendable, Equatable {
  /// The longest gap that is filled.
  public var longest: TimeLength

  /// Sets a limit.
  public init(longest: TimeLength) { self.longest = longest }

  /// Whether a gap is filled.
  public func allows(_ gap: SeriesGap, in index: SeriesIndex) -> Bool {
    switch longest {
    case .steps(let most): gap.length <= most
    // A step that is off by a rounding error does not make a gap longer.
    case .seconds(let most): index.span(of: gap) <= most * (1 + 1e-9)
    }
  }

  /// The rows of a channel that lie in gaps which are too long, and the number of these gaps.
  public func excluded(_ column: Column, in index: SeriesIndex) -> (rows: Set<Int>, gaps: Int) {
    let long = index.gaps(of: column).filter { !allows($0, in: index) }
    return (Set(long.flatMap { index.entities[$0.entity].rows[$0.steps] }), long.count)
  }

  /// The limit in time steps of a typical entity; nil where entities have no steps.
  public func steps(in index: SeriesIndex) -> Int? {
    switch longest {
    case .steps(let most): return most
    case .seconds(let most):
      let steps = index.entities.compactMap(\.typicalStep).sorted()
      guard !steps.isEmpty, steps[steps.count / 2] > 0 else { return nil }
      return max(1, Int(min(most / steps[steps.count / 2], 1e9)))
    }
  }
}
