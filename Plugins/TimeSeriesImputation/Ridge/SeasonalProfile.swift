import Foundation
import Tables

/// The mean course of every channel over a period: of a day, a week, or what the data repeat themselves after.
struct SeasonalProfile: Codable, Sendable, Equatable {
  /// The period, in the unit of times.
  let period: Double
  /// Where a period begins.
  let origin: Double
  /// The parts that a period is cut into.
  let bins: Int
  /// The mean of each part less the channel's mean, `[bins, channels]`; parts with few observations are drawn to 0.
  let means: [Float]

  /// Learns the course of a period.
  ///
  /// - Parameter origin: a time at which a period begins: Monday 1970-01-05 for weeks.
  init(_ frame: SeriesFrame, period: Double, origin: Double = 0, bins: Int) {
    self.period = period
    self.origin = origin
    self.bins = bins
    let channels = frame.channelCount
    var sums = [Double](repeating: 0, count: bins * channels), counts = sums
    for series in frame.entities {
      for step in 0..<series.steps {
        let bin = Self.bin(series.times[step], period, origin, bins)
        for channel in 0..<channels where !series.values[step * channels + channel].isNaN {
          sums[bin * channels + channel] += Double(series.values[step * channels + channel])
          counts[bin * channels + channel] += 1
        }
      }
    }
    // As if one more observation of 0, the mean, had been made.
    means = zip(sums, counts).map { Float($0 / ($1 + 1)) }
  }

  /// The part of the period that a time falls into.
  func bin(_ time: Double) -> Int { Self.bin(time, period, origin, bins) }

  private static func bin(_ time: Double, _ period: Double, _ origin: Double, _ bins: Int) -> Int {
    let turn = (time - origin) / period
    // Of a time too far away to have a part of the period, the first.
    return min(max(Int(clamping: (turn - turn.rounded(.down)) * Double(bins) + 1e-9), 0), bins - 1)
  }

  /// Seconds of a day and a week.
  static let day = 86_400.0, week = 604_800.0
  /// Monday 1970-01-05 00:00.
  static let monday = 345_600.0

  /// The courses that may help: of the day and the week in a calendar with steps short enough, of the year with steps of
  /// days or more, else of the period that the data show.
  static func candidates(_ frame: SeriesFrame, hasCalendar: Bool, typicalStep: Double) -> [SeasonalProfile] {
    guard hasCalendar else {
      guard let steps = detectedPeriod(frame) else { return [] }
      let first = frame.entities.first?.times.first ?? 0
      return [
        SeasonalProfile(
          frame, period: Double(steps) * typicalStep, origin: first - typicalStep / 2, bins: min(steps, 336))
      ]
    }
    var profiles: [SeasonalProfile] = []
    let span = frame.entities.reduce(0) { max($0, ($1.times.last ?? 0) - ($1.times.first ?? 0)) }
    let total = Double(frame.stepCount) * typicalStep
    if typicalStep <= day / 4, total >= 2 * day {
      let bins = Int(min(96, (day / typicalStep).rounded()))
      profiles.append(SeasonalProfile(frame, period: day, bins: bins))
      if total >= 4 * week {
        profiles.append(SeasonalProfile(frame, period: week, origin: monday, bins: min(168, 7 * bins)))
      }
    } else if typicalStep <= week / 4, total >= 3 * week {
      profiles.append(SeasonalProfile(frame, period: week, origin: monday, bins: 7))
    }
    let year = 365.2425 * day
    if typicalStep > day / 2, span >= 2 * year { profiles.append(SeasonalProfile(frame, period: year, bins: 12)) }
    return profiles
  }

  /// The number of steps after which the series repeat themselves: the first peak of the autocorrelation over pairs of
  /// observations, within a tenth of the greatest, where that is above .3; nil where there is none.
  ///
  /// Source: Parzen, "On spectral analysis with missing observations and amplitude modulation", Sankhya A 25, 1963.
  static func detectedPeriod(_ frame: SeriesFrame) -> Int? {
    guard let series = frame.entities.max(by: { $0.steps < $1.steps }), series.steps >= 12 else { return nil }
    let channels = frame.channelCount
    let steps = min(series.steps, 20_000), most = min(steps / 3, 1000)
    var sums = [Double](repeating: 0, count: most + 1)
    var course = [Double](repeating: 0, count: steps), seen = course
    let looked = min(channels, 16)
    for channel in 0..<looked {
      var total = 0.0, count = 0.0
      for step in 0..<steps {
        let value = series.values[step * channels + channel]
        (course[step], seen[step]) = value.isNaN ? (0, 0) : (Double(value), 1)
        total += course[step]
        count += seen[step]
      }
      let mean = total / max(count, 1)
      for step in 0..<steps { course[step] = seen[step] > 0 ? course[step] - mean : 0 }
      let variance = course.reduce(0) { $0 + $1 * $1 } / max(count, 1)
      guard variance > 1e-9 else { continue }
      for lag in stride(from: 2, through: most, by: 1) {
        var sum = 0.0, pairs = 0.0
        for step in lag..<steps {
          sum += course[step] * course[step - lag]
          pairs += seen[step] * seen[step - lag]
        }
        // Few pairs say little.
        sums[lag] += sum / variance / (pairs + 10)
      }
    }
    let correlations = sums.map { $0 / Double(looked) }
    let peaks = (3..<max(3, most)).filter {
      correlations[$0] > 0.3 && correlations[$0] > correlations[$0 - 1] && correlations[$0] >= correlations[$0 + 1]
    }
    // Multiples of a period are nearly as good as it is, or by chance better.
    let greatest = peaks.map { correlations[$0] }.max() ?? 0
    return peaks.first { correlations[$0] >= 0.9 * greatest }
  }
}
