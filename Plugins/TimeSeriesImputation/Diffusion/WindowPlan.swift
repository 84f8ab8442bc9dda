/// Where windows of a fixed length lie in the series of a frame.
struct WindowPlan: Sendable, Equatable {
  /// A window: the steps of an entity from `start` on. One that is longer than its stretch reaches beyond its end.
  struct Window: Sendable, Equatable {
    let entity: Int32, start: Int32
    /// Steps of the window that exist.
    let steps: Int32
  }

  /// The steps of a window.
  let length: Int
  /// The windows.
  let windows: [Window]

  /// Windows every `stride` steps, the last of a stretch aligned to its end.
  ///
  /// - Parameter stretches: steps of each entity that follow each other without a jump in time.
  init(length: Int, stride: Int, stretches: [[Range<Int>]]) {
    self.length = length
    windows = stretches.enumerated().flatMap { entity, ranges in
      ranges.flatMap { range -> [Window] in
        guard range.count > length else {
          return range.isEmpty
            ? [] : [Window(entity: Int32(entity), start: Int32(range.lowerBound), steps: Int32(range.count))]
        }
        let last = range.upperBound - length
        var starts = Array(Swift.stride(from: range.lowerBound, to: last, by: stride))
        starts.append(last)
        return starts.map { Window(entity: Int32(entity), start: Int32($0), steps: Int32(length)) }
      }
    }
  }

  /// The steps of each entity that follow each other: cut where the time jumps by more than a window.
  static func stretches(_ frame: SeriesFrame, length: Int, typicalStep: Double) -> [[Range<Int>]] {
    frame.entities.map { series in
      var ranges: [Range<Int>] = [], first = 0
      for step in 0..<series.steps {
        let isLast = step + 1 == series.steps
        guard isLast || series.times[step + 1] - series.times[step] > Double(length) * typicalStep else { continue }
        ranges.append(first..<step + 1)
        first = step + 1
      }
      return ranges
    }
  }
}

extension WindowPlan {
  /// Given windows.
  init(length: Int, windows: [Window]) {
    self.length = length
    self.windows = windows
  }

  /// Windows that do not overlap and cover all stretches but a rest that is shorter than a window; a stretch that is
  /// shorter is a window.
  static func blocks(length: Int, stretches: [[Range<Int>]]) -> [Window] {
    stretches.enumerated().flatMap { entity, ranges in
      ranges.flatMap { range -> [Window] in
        guard range.count > length else {
          return [Window(entity: Int32(entity), start: Int32(range.lowerBound), steps: Int32(range.count))]
        }
        return (0..<range.count / length).map {
          Window(entity: Int32(entity), start: Int32(range.lowerBound + $0 * length), steps: Int32(length))
        }
      }
    }
  }
}
