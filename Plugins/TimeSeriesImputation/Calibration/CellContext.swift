import Foundation

/// What tells how far a prediction may be off: how far away observations are, how rough the series is, how much of the rest
/// is known.
struct CellContext {
  /// The number of features.
  static let count = 10

  private let series: EntitySeries
  private let geometry: GapGeometry
  private let filled: [Float]
  private let step: Double
  /// The share of channels that are observed at each step.
  private let present: [Float]

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
  }

  /// Writes the features of a cell, `[10]`.
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
  }
}
