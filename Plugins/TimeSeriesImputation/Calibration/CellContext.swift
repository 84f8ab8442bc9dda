import Foundation

/// What tells how far a prediction may be off: how far away observations are, how rough the series is, how much of the rest
/// is known.
struct CellContext {
  /// The number of features.
  static let count = 14

  private let series: EntitySeries
  private let geometry: GapGeometry
  private let filled: [Float]
  private let step: Double
  /// The share of channels that are observed at each step.
  private let present: [Float]
  /// How much the channel moves in the days around each cell, `[steps, channels]`, and all channels in the mean, `[steps]`.
  private let activity: [Float], allActivity: [Float]

  /// Steps to either side in which movement is looked at.
  private static let reach = 48

  /// - Parameters:
  ///   - series: the values before filling, NaN where missing.
  ///   - filled: predictions for all cells, `[steps, channels]`.
  ///   - typicalStep: what distances are measured in.
  init(_ series: EntitySeries, geometry: GapGeometry, filled: [Float], typicalStep: Double) {
    self.series = series
    self.geometry = geometry
    self.filled = filled
    step = typicalStep
    let channels = geometry.channels
    present = (0..<series.steps).map { step in
      let known = (0..<channels).count { !series.values[step * channels + $0].isNaN }
      return Float(known) / Float(channels)
    }
    (activity, allActivity) = Self.activity(series, geometry, typicalStep)
  }

  /// The mean |difference| of successive observations over the root of the time between them, in a window around each cell.
  private static func activity(
    _ series: EntitySeries, _ geometry: GapGeometry, _ typicalStep: Double
  ) -> (own: [Float], all: [Float]) {
    let steps = series.steps, channels = geometry.channels
    var own = [Float](repeating: 0, count: steps * channels), all = [Float](repeating: 0, count: steps)
    var sums = [Double](repeating: 0, count: steps + 1), counts = [Double](repeating: 0, count: steps + 1)
    for channel in 0..<channels {
      for step in 0..<steps {
        let value = series.values[step * channels + channel]
        let earlier = step > 0 && !value.isNaN ? Int(geometry.previous[(step - 1) * channels + channel]) : -1
        var movement = 0.0
        if earlier >= 0 {
          let rise = Double(value - series.values[earlier * channels + channel])
          movement = abs(rise) / ((series.times[step] - series.times[earlier]) / typicalStep).squareRoot()
        }
        sums[step + 1] = sums[step] + movement
        counts[step + 1] = counts[step] + (earlier >= 0 ? 1 : 0)
      }
      // Drawn to the channel's mean where little is known; without any, to a third of a deviation.
      let mean = (sums[steps] + 0.3) / (counts[steps] + 1)
      for step in 0..<steps {
        let low = max(0, step - reach), high = min(steps, step + reach + 1)
        let here = (sums[high] - sums[low] + 3 * mean) / (counts[high] - counts[low] + 3)
        own[step * channels + channel] = Float(here)
        all[step] += Float(here) / Float(channels)
      }
    }
    return (own, all)
  }

  /// Writes the features of a cell, `[14]`.
  func write(step: Int, channel: Int, into x: UnsafeMutablePointer<Double>) {
    let channels = geometry.channels
    let cell = step * channels + channel
    let before = Int(geometry.previous[cell]), after = Int(geometry.next[cell])
    let far = 1 + (series.times[series.steps - 1] - series.times[0]) / self.step
    let left = before < 0 ? far : (series.times[step] - series.times[before]) / self.step
    let right = after < 0 ? far : (series.times[after] - series.times[step]) / self.step
    func value(_ step: Int) -> Double { Double(series.values[step * channels + channel]) }
    // Differences of neighbouring observations on either side.
    var roughness = 0.0, sides = 0.0
    if before > 0, case let earlier = Int(geometry.previous[(before - 1) * channels + channel]), earlier >= 0 {
      roughness += abs(value(before) - value(earlier))
      sides += 1
    }
    if after >= 0, after < series.steps - 1, case let later = Int(geometry.next[(after + 1) * channels + channel]),
      later >= 0
    {
      roughness += abs(value(after) - value(later))
      sides += 1
    }
    let prediction = Double(filled[cell])
    x[0] = 1
    x[1] = log1p(min(left, right))
    x[2] = log1p(max(left, right))
    x[3] = (before < 0) != (after < 0) ? 1 : 0
    x[4] = before < 0 && after < 0 ? 1 : 0
    x[5] = min(prediction, 6)
    x[6] = min(abs(prediction), 6)
    x[7] = before >= 0 && after >= 0 ? log1p(10 * abs(value(before) - value(after))) : 0
    x[8] = sides > 0 ? log1p(10 * roughness / sides) : 0
    x[9] = Double(present[step])
    x[10] = log(Double(activity[cell]) + 0.02)
    // A single missing step, and one beside an observation, are not on the line of longer gaps.
    x[12] = max(left, right) < 1.5 ? 1 : 0
    x[13] = min(left, right) < 1.5 ? 1 : 0
    x[11] = log(Double(allActivity[step]) + 0.02)
  }
}
