/// Draws new rows of one class.
protocol ClassSampler: Sendable {
  /// Checks a table before any row is drawn.
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws

  /// Draws rows.
  ///
  /// - Parameter source: random numbers, shared by the classes of a run in their order.
  func draw(_ task: ClassTask, _ source: inout DrawSource) throws -> RowDraws
}

extension RowDraws {
  /// Rows on the way from some rows to one of their neighbours each: the row and the neighbour at random, then the step.
  ///
  /// - Parameters:
  ///   - bases: rows of the table to begin from.
  ///   - neighbours: the rows of the table that each can go towards, `[bases, each]`.
  static func between(_ bases: [Int], _ neighbours: [Int], count: Int, _ random: inout RandomState) -> RowDraws {
    let each = neighbours.count / bases.count
    let ways = random.integers(below: neighbours.count, count: count)
    var draws = RowDraws()
    draws.bases = ways.map { Int32(bases[$0 / each]) }
    draws.others = ways.map { Int32(neighbours[$0]) }
    draws.steps = random.uniforms(count)
    return draws
  }
}
