import Foundation

/// What is known of the channels of series together: which go with which, and how they repeat themselves.
struct SeriesRelations: Codable, Sendable, Equatable {
  /// For each channel the others by falling correlation, as many for each channel.
  let neighbours: [[Int]]
  /// The correlations of each channel with its neighbours.
  let correlations: [[Float]]
  /// Courses over periods.
  let profiles: [SeasonalProfile]
  /// The time after which to look again: a day where steps are shorter, else the first profile's period.
  let lag: Double?
  /// The median distance of neighbouring times.
  let typicalStep: Double
  /// Steps to either side over which a local mean is taken.
  let localReach: Int
  let channelCount: Int
  /// Inputs that are used: all but the season of the year, of which short data show too little.
  let inputCount: Int

  /// The most neighbours of a channel.
  static let mostNeighbours = 40

  init(_ data: SeriesTraining) {
    let frame = data.frame, channels = frame.channelCount
    channelCount = channels
    typicalStep = data.coding.typicalStep
    inputCount = max(0, frame.inputCount - (data.coding.hasCalendar ? 2 : 0))
    profiles = SeasonalProfile.candidates(
      frame, hasCalendar: data.coding.hasCalendar, typicalStep: data.coding.typicalStep)
    lag = profiles.first?.period
    localReach = Int(min(48, max(6, ((lag ?? 0) / data.coding.typicalStep).rounded())))
    let matrix = Self.correlations(frame)
    let count = min(channels - 1, Self.mostNeighbours)
    let sorted = (0..<channels).map { channel in
      (0..<channels).filter { $0 != channel }
        .sorted { (-abs(matrix[channel * channels + $0]), $0) < (-abs(matrix[channel * channels + $1]), $1) }
        .prefix(count)
    }
    neighbours = sorted.map { Array($0) }
    correlations = sorted.enumerated().map { channel, others in
      others.map { Float(matrix[channel * channels + $0]) }
    }
  }

  /// Correlations of channels over steps at which both were observed, `[channels, channels]`; few such steps count for
  /// little. At most some 20,000 steps are looked at.
  private static func correlations(_ frame: SeriesFrame) -> [Double] {
    let channels = frame.channelCount
    var products = [Double](repeating: 0, count: channels * channels), counts = products
    let stride = max(1, frame.stepCount / 20_000)
    for series in frame.entities {
      for step in Swift.stride(from: 0, to: series.steps, by: stride) {
        let start = step * channels
        for a in 0..<channels where !series.values[start + a].isNaN {
          let x = Double(series.values[start + a])
          for b in 0...a where !series.values[start + b].isNaN {
            products[a * channels + b] += x * Double(series.values[start + b])
            counts[a * channels + b] += 1
          }
        }
      }
    }
    var result = products
    for a in 0..<channels {
      for b in 0...a {
        // Values are standardised, so that their mean product is the correlation.
        let correlation = products[a * channels + b] / (counts[a * channels + b] + 10)
        result[a * channels + b] = correlation
        result[b * channels + a] = correlation
      }
    }
    return result
  }
}
