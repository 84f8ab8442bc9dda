import Foundation

/// What a network gets of windows: features of every cell and of every step.
///
/// Side information enters here, before any attention; CSDI adds it after, so that its first attention is blind
/// (Tashiro et al. 2021, appendix E.1). The interpolation as an input is PriSTI's (Liu et al., ICDE 2023, section III-B).
struct WindowInput: Sendable {
  /// The extents.
  let windows: Int, length: Int, channels: Int
  /// Neighbouring steps of a channel that make a token.
  let patch: Int
  /// Features of cells, `[windows · length · channels, cellWidth]`, in the order of ``row(step:channel:)``.
  var cells: [Float]
  /// Features of the steps of a token: the base and the mask of all channels from one step before to one step after them,
  /// then covariates and calendar of each, `[windows · length / patch, stepWidth]`.
  var steps: [Float]
  /// The cheap mean in each cell, known values where there are, `[windows · length · channels]`.
  var base: [Float]
  /// 1 where a cell exists and is unknown, `[windows · length · channels]`.
  var unknown: [Float]
  /// When the steps are, in typical steps, `[windows · length]`.
  var times: [Double]

  /// Features of a cell: base, known, line − base, nearness of the last and of the next observation, their values − base,
  /// length of the gap, existence.
  static let cellWidth = 9
  /// Features of the steps of a token.
  static func stepWidth(channels: Int, inputs: Int, patch: Int) -> Int { 2 * (patch + 2) * channels + patch * inputs }

  /// The cells of a window.
  var size: Int { length * channels }

  /// Where a cell lies in a window: `[length / patch, channels, patch]`, so that the cells of a token follow each other.
  static func row(step: Int, channel: Int, channels: Int, patch: Int) -> Int {
    (step / patch * channels + channel) * patch + step % patch
  }

  /// The channel of a cell.
  func channel(_ row: Int) -> Int { row / patch % channels }

  /// The step of a cell in its window.
  func step(_ row: Int) -> Int { Self.place(row: row % size, channels: channels, patch: patch).step }

  /// The step and the channel of a cell.
  static func place(row: Int, channels: Int, patch: Int) -> (step: Int, channel: Int) {
    let token = row / patch
    return (token / channels * patch + row % patch, token % channels)
  }

  /// Reads windows of a view.
  ///
  /// - Precondition: `patch` divides `length`.
  /// - Parameters:
  ///   - view: of each window.
  ///   - spread: the deviation of each channel from the base: differences are measured in it.
  ///   - typicalStep: what distances in time are measured in.
  init(
    _ windows: [WindowPlan.Window], length: Int, patch: Int, channels: Int, inputs: Int, spread: [Float],
    typicalStep: Double, view: (Int) -> MaskedView
  ) {
    precondition(length % patch == 0, "tokens of \(patch) steps do not divide a window of \(length)")
    self.windows = windows.count
    self.length = length
    self.patch = patch
    self.channels = channels
    let size = length * channels, stepWidth = Self.stepWidth(channels: channels, inputs: inputs, patch: patch)
    cells = [Float](repeating: 0, count: windows.count * size * Self.cellWidth)
    steps = [Float](repeating: 0, count: windows.count * length / patch * stepWidth)
    base = [Float](repeating: 0, count: windows.count * size)
    unknown = [Float](repeating: 0, count: windows.count * size)
    times = [Double](repeating: 0, count: windows.count * length)
    for (place, window) in windows.enumerated() {
      let entity = view(place).entities[Int(window.entity)]
      for first in stride(from: 0, to: Int(window.steps), by: patch) {
        writeSteps(
          entity, from: Int(window.start) + first, to: Int(window.start + window.steps), inputs: inputs,
          at: (place * length + first) / patch * stepWidth)
      }
      for step in 0..<Int(window.steps) {
        times[place * length + step] = entity.series.times[Int(window.start) + step] / typicalStep
        for channel in 0..<channels {
          writeCell(
            entity, at: Int(window.start) + step, channel, spread: spread[channel], typicalStep: typicalStep,
            to: place * size + Self.row(step: step, channel: channel, channels: channels, patch: patch))
        }
      }
    }
  }

  /// Unknown cells of a channel that no known one parts, in the order of time.
  struct Gap: Sendable {
    var rows: [Int] = [], times: [Double] = []
  }

  /// The gaps of a window.
  ///
  /// - Parameter counts: whether an unknown cell is taken.
  func gaps(_ window: Int, where counts: (_ row: Int) -> Bool = { _ in true }) -> [Gap] {
    (0..<channels).flatMap { channel in
      var gaps: [Gap] = [], open = Gap()
      for step in 0..<length {
        let row = window * size + Self.row(step: step, channel: channel, channels: channels, patch: patch)
        if unknown[row] == 0 {
          if !open.rows.isEmpty { gaps.append(open) }
          open = Gap()
        } else if counts(row) {
          open.rows.append(row)
          open.times.append(times[window * length + step])
        }
      }
      return open.rows.isEmpty ? gaps : gaps + [open]
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

  private mutating func writeSteps(
    _ entity: MaskedView.Entity, from first: Int, to end: Int, inputs: Int, at start: Int
  ) {
    let series = entity.series
    for tap in 0..<patch + 2 {
      let source = first + tap - 1
      guard source >= 0, source < series.steps else { continue }
      for channel in 0..<channels {
        let cell = source * channels + channel
        steps[start + tap * 2 * channels + channel] = min(max(entity.base[cell], -8), 8)
        steps[start + (tap * 2 + 1) * channels + channel] = series.values[cell].isNaN ? 0 : 1
      }
    }
    let known = start + 2 * (patch + 2) * channels
    for step in first..<min(first + patch, end) {
      for input in 0..<inputs {
        steps[known + (step - first) * inputs + input] = series.inputs[step * inputs + input]
      }
    }
  }
}
