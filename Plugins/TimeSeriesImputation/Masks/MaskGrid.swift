/// Which cells of a series or a window are there, `[steps, channels]`.
struct MaskGrid: Sendable, Equatable {
  let steps: Int, channels: Int
  /// True where a value was observed.
  var observed: [Bool]

  init(steps: Int, channels: Int, observed: [Bool]) {
    precondition(observed.count == steps * channels, "a mask of \(steps) × \(channels) cells has as many values")
    self.steps = steps
    self.channels = channels
    self.observed = observed
  }

  /// The mask of values that are NaN where missing.
  init(_ values: [Float], channels: Int) {
    self.init(steps: values.count / max(channels, 1), channels: channels, observed: values.map { !$0.isNaN })
  }

  subscript(step: Int, channel: Int) -> Bool {
    get { observed[step * channels + channel] }
    set { observed[step * channels + channel] = newValue }
  }

  /// The number of observed cells.
  var count: Int { observed.reduce(0) { $0 + ($1 ? 1 : 0) } }

  /// The cells that are observed here and not among the hidden.
  func hiding(_ hidden: [Bool]) -> MaskGrid {
    MaskGrid(steps: steps, channels: channels, observed: zip(observed, hidden).map { $0 && !$1 })
  }
}
