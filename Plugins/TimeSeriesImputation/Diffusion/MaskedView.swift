/// The series of a frame as a network sees them: some cells known, the others filled by a cheap mean, and where the nearest
/// observations are.
struct MaskedView: Sendable {
  /// One entity.
  struct Entity: Sendable {
    /// The values, NaN where unknown, with times and inputs.
    let series: EntitySeries
    /// All cells: known values, and the cheap mean of the others, `[steps, channels]`.
    let base: [Float]
    /// The nearest observations.
    let geometry: GapGeometry
  }

  let entities: [Entity]

  /// Looks at a frame.
  ///
  /// - Parameter base: the frame's cells filled, by entity `[steps, channels]`.
  init(_ frame: SeriesFrame, base: [[Float]]) {
    entities = zip(frame.entities, base).map { series, base in
      Entity(series: series, base: base, geometry: GapGeometry(series, channels: frame.channelCount))
    }
  }
}
