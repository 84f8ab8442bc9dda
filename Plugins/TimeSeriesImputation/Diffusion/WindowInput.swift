import Foundation

/// What a network gets of windows: features of every cell and of every step.
///
/// Side information enters here, before any attention; CSDI adds it after, so that its first attention is blind
/// (Tashiro et al. 2021, appendix E.1). The interpolation as an input is PriSTI's (Liu et al., ICDE 2023, section III-B).
struct WindowInput: Sendable {
  /// The extents.
  let windows: Int, length: Int, channels: Int
  /// Features of cells, `[windows · length · channels, cellWidth]`.
  var cells: [Float]
  /// Features of steps: the base and the mask of all channels one step before, at, and after it, then covariates and
  /// calendar, `[windows · length, stepWidth]`.
  var steps: [Float]
  /// The cheap mean in each cell, known values where there are, `[windows · length · channels]`.
  var base: [Float]
  /// 1 where a cell exists and is unknown, `[windows · length · channels]`.
  var unknown: [Float]

  /// Features of a cell: base, known, line − base, nearness of the last and of the next observation, their values − base,
  /// length of the gap, existence.
  static let cellWidth = 9
  /// Features of a step.
  static func stepWidth(channels: Int, inputs: Int) -> Int { 6 * channels + inputs }

  /// The rows of a window.
  var tokens: Int { length * channels }

  /// Reads windows of a view.
  ///
  /// - Parameters:
  ///   - view: of each window.
  ///   - spread: the deviation of each channel from the base: differences are measured in it.
  ///   - typicalStep: what distances in time are measured in.
  init(
    _ windows: [WindowPlan.Window], length: Int, channels: Int, inputs: Int, spread: [Float], typicalStep: Double,
    view: (Int) -> MaskedView
  ) {
    self.windows = windows.count
    self.length = length
    self.channels = channels
    let tokens = length * channels, stepWidth = Self.stepWidth(channels: channels, inputs: inputs)
    cells = [Float](repeating: 0, count: windows.count * tokens * Self.cellWidth)
    steps = [Float](repeating: 0, count: windows.count * length * stepWidth)
    base = [Float](repeating: 0, count: windows.count * tokens)
    unknown = [Float](repeating: 0, count: windows.count * tokens)
    for (place, window) in windows.enumerated() {
      let entity = view(place).entities[Int(window.entity)]
      for step in 0..<Int(window.steps) {
        let row = place * length + step
        writeStep(entity, at: Int(window.start) + step, inputs: inputs, to: row * stepWidth)
        for channel in 0..<channels {
          writeCell(
            entity, at: Int(window.start) + step, channel, spread: spread[channel], typicalStep: typicalStep,
            to: row * channels + channel)
        }
      }
    }
  }

  private mutating func writeCell(
    _ entity: MaskedView.Entity, at step: Int, _ channel: Int, spread: Float, typicalStep: Double, to row: Int
  ) {
    let cell = step * channels + channel
    let series = entity.series, value = series.values[cell], center = entity.base[cell]
    base[row] = center
    unknown[row] = value.isNaN ? 1 : 0
    let before = Int(entity.geometry.previous[cell]), after = Int(entity.geometry.next[cell])
    func scaled(_ difference: Float) -> Float { min(max(difference / spread, -8), 8) }
    func nearness(_ distance: Double) -> Float { Float(1 / (1 + distance / typicalStep)) }
    let at = row * Self.cellWidth
    cells[at] = min(max(center, -8), 8)
    cells[at + 8] = 1
    guard value.isNaN else {
      cells[at + 1] = 1
      cells[at + 3] = 1
      cells[at + 4] = 1
      return
    }
    var gap = 0.0
    if before >= 0 {
      cells[at + 3] = nearness(series.times[step] - series.times[before])
      cells[at + 5] = scaled(series.values[before * channels + channel] - center)
      gap += series.times[step] - series.times[before]
    }
    if after >= 0 {
      cells[at + 4] = nearness(series.times[after] - series.times[step])
      cells[at + 6] = scaled(series.values[after * channels + channel] - center)
      gap += series.times[after] - series.times[step]
    }
    if before >= 0 || after >= 0 {
      cells[at + 2] = scaled(entity.geometry.line(series, step: step, channel: channel) - center)
    }
    cells[at + 7] = Float(log1p(gap / typicalStep)) / 4
  }

  private mutating func writeStep(_ entity: MaskedView.Entity, at step: Int, inputs: Int, to start: Int) {
    let series = entity.series
    for tap in 0..<3 {
      let source = step + tap - 1
      guard source >= 0, source < series.steps else { continue }
      for channel in 0..<channels {
        let cell = source * channels + channel
        steps[start + tap * 2 * channels + channel] = min(max(entity.base[cell], -8), 8)
        steps[start + (tap * 2 + 1) * channels + channel] = series.values[cell].isNaN ? 0 : 1
      }
    }
    for input in 0..<inputs { steps[start + 6 * channels + input] = series.inputs[step * inputs + input] }
  }
}
