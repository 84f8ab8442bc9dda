/// For every cell of a series, where the nearest observations of its channel are, and what a line between them says.
struct GapGeometry: Sendable {
  let steps: Int, channels: Int
  /// The last observed step at or before each cell's, and the first at or after it, `[steps, channels]`; -1 for none.
  let previous: [Int32], next: [Int32]

  /// Looks at the values of a series, NaN where missing.
  init(_ series: EntitySeries, channels: Int) {
    let steps = series.steps
    self.steps = steps
    self.channels = channels
    previous = [Int32](unsafeUninitializedCapacity: steps * channels) { target, count in
      for channel in 0..<channels {
        var last: Int32 = -1
        for step in 0..<steps {
          let cell = step * channels + channel
          if !series.values[cell].isNaN { last = Int32(step) }
          (target.baseAddress! + cell).initialize(to: last)
        }
      }
      count = steps * channels
    }
    next = [Int32](unsafeUninitializedCapacity: steps * channels) { target, count in
      for channel in 0..<channels {
        var first: Int32 = -1
        for step in (0..<steps).reversed() {
          let cell = step * channels + channel
          if !series.values[cell].isNaN { first = Int32(step) }
          (target.baseAddress! + cell).initialize(to: first)
        }
      }
      count = steps * channels
    }
  }

  /// The series with its gaps filled by lines over time between neighbouring observations, `[steps, channels]`; before the
  /// first and after the last observation by that one, and in a channel without any by 0, the mean.
  func interpolated(_ series: EntitySeries) -> [Float] {
    var filled = series.values
    filled.withUnsafeMutableBufferPointer { filled in
      for step in 0..<steps {
        for channel in 0..<channels where filled[step * channels + channel].isNaN {
          filled[step * channels + channel] = line(series, step: step, channel: channel)
        }
      }
    }
    return filled
  }

  /// What a line between the neighbouring observations says of a cell.
  func line(_ series: EntitySeries, step: Int, channel: Int) -> Float {
    let cell = step * channels + channel
    let before = Int(previous[cell]), after = Int(next[cell])
    if before < 0 { return after < 0 ? 0 : series.values[after * channels + channel] }
    let left = series.values[before * channels + channel]
    guard after > before else { return left }
    let right = series.values[after * channels + channel]
    let share = (series.times[step] - series.times[before]) / (series.times[after] - series.times[before])
    return left + Float(share) * (right - left)
  }
}

extension SeriesFrame {
  /// The frame with cells hidden, by entity `[steps, channels]`.
  func hiding(_ hidden: [[Bool]]) -> SeriesFrame {
    var copy = self
    for entity in entities.indices {
      for (cell, isHidden) in hidden[entity].enumerated() where isHidden {
        copy.entities[entity].values[cell] = .nan
      }
    }
    return copy
  }

  /// Which cells of each entity are observed.
  var grids: [MaskGrid] { entities.map { MaskGrid($0.values, channels: channelCount) } }
}
