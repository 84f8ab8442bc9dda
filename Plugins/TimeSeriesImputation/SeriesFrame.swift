/// The series of a table as standardised numbers.
struct SeriesFrame: Sendable {
  /// Channels to be filled, and channels of what is known at every step.
  let channelCount: Int, inputCount: Int
  /// One series an entity, in the order of first rows.
  var entities: [EntitySeries]

  /// The number of steps of all entities.
  var stepCount: Int { entities.reduce(0) { $0 + $1.steps } }
}

/// The series of one entity.
struct EntitySeries: Sendable {
  /// The texts of the group columns.
  let name: [String]
  /// The table's row of each step.
  let rows: [Int]
  /// The time of each step, strictly ascending: seconds, or the time column's own unit.
  let times: [Double]
  /// Standardised values, `[steps, channels]`; NaN where missing.
  var values: [Float]
  /// Covariates, standardised and 0 where missing, then calendar features, `[steps, inputs]`.
  let inputs: [Float]

  var steps: Int { rows.count }
}
