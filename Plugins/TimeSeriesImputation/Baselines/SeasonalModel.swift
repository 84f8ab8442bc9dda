import DiffusionCore
import Foundation
import Tensors

/// Fills with the mean course of a period, moved to the level of the observations around the gap.
struct SeasonalModel: EntityModel {
  static var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: "seasonal", tasks: [.impute],
      summary: "Fills each gap with the mean course of the day, the week or the year, at the level around the gap.",
      rationale:
        "For series that repeat themselves and gaps of hours or days. Period and level are chosen on hidden cells; without a "
        + "calendar the period is looked for in the data.",
      citation: "Hyndman & Athanasopoulos, Forecasting: principles and practice, 3rd ed., 2021, sections 3.4 and 13.9",
      options: [
        OptionDescription(
          "period", .choice(["day", "week", "year", "data"]),
          automatic: "The one with the least error on hidden cells.",
          help: "What the series repeat themselves after; data looks for the period in the series.")
      ],
      examples: ["langevin impute readings.csv -o filled.csv --time timestamp --method seasonal"])
  }

  /// The level that the course is added to.
  enum Level: String, Codable, Sendable, CaseIterable {
    /// A line between what the observations around the gap are above their course.
    case line
    /// The mean of what the entity's observations are above their course.
    case mean
  }

  /// The course; nil where the series have none: then a line fills the gaps.
  let profile: SeasonalProfile?
  let level: Level

  init(_ data: SeriesTraining, options: OptionValues) throws {
    var candidates = SeasonalProfile.candidates(
      data.frame, hasCalendar: data.coding.hasCalendar, typicalStep: data.coding.typicalStep)
    if !options.isAutomatic("period") {
      candidates = try Self.asked(options.text("period"), candidates, data)
    }
    let grids = data.frame.grids
    let share = min(0.1, 100_000 / Double(max(1, grids.reduce(0) { $0 + $1.count })))
    let hidden = try data.frame.map(threads: data.threads) { entity in
      var stream = data.random.child(UInt64(entity))
      return data.pattern.draw(share: share, in: grids[entity], random: &stream)
    }
    let masked = data.frame.hiding(hidden)
    var best: (error: Double, profile: SeasonalProfile?, level: Level) = (.infinity, candidates.first, .line)
    for profile in candidates {
      for level in Level.allCases {
        let errors = try masked.map(threads: data.threads) { entity in
          let filled = Self.fill(
            masked.entities[entity], channels: masked.channelCount, profile: profile, level: level)
          return hidden[entity].indices.reduce(0.0) { sum, cell in
            guard hidden[entity][cell] else { return sum }
            return sum + Double(abs(filled[cell] - data.frame.entities[entity].values[cell]))
          }
        }
        let error = errors.reduce(0, +)
        if error < best.error { best = (error, profile, level) }
      }
    }
    (profile, level) = (best.profile, best.level)
    let name = best.profile.map { Self.text($0, data.coding.hasCalendar) } ?? "none"
    data.announce(
      Choice(
        "period", name,
        because: best.profile == nil
          ? "the series do not repeat themselves: lines fill the gaps" : "it did best on hidden cells",
        flag: "--set period="))
  }

  private static func asked(
    _ name: String, _ candidates: [SeasonalProfile], _ data: SeriesTraining
  ) throws -> [SeasonalProfile] {
    let step = data.coding.typicalStep
    guard name != "data" else {
      return SeasonalProfile.candidates(data.frame, hasCalendar: false, typicalStep: step)
    }
    let seconds = ["day": SeasonalProfile.day, "week": SeasonalProfile.week][name] ?? 365.2425 * SeasonalProfile.day
    if let known = candidates.first(where: { $0.period == seconds }) { return [known] }
    guard data.coding.hasCalendar else { throw SeriesDataError.noCalendar(name) }
    let bins = Int(min(168, max(2, (seconds / step).rounded())))
    return [SeasonalProfile(data.frame, period: seconds, origin: SeasonalProfile.monday, bins: bins)]
  }

  private static func text(_ profile: SeasonalProfile, _ hasCalendar: Bool) -> String {
    guard hasCalendar else { return "\(profile.period)" }
    switch profile.period {
    case SeasonalProfile.day: return "a day"
    case SeasonalProfile.week: return "a week"
    default: return "\((profile.period / SeasonalProfile.day * 100).rounded() / 100) days"
    }
  }

  func filled(_ series: EntitySeries, channels: Int) -> [Float] {
    Self.fill(series, channels: channels, profile: profile, level: level)
  }

  private static func fill(
    _ series: EntitySeries, channels: Int, profile: SeasonalProfile?, level: Level
  ) -> [Float] {
    guard let profile else { return GapGeometry(series, channels: channels).interpolated(series) }
    var rest = series
    let bins = series.times.map { profile.bin($0) * channels }
    for step in 0..<series.steps {
      for channel in 0..<channels { rest.values[step * channels + channel] -= profile.means[bins[step] + channel] }
    }
    var filled = rest.values
    switch level {
    case .line: filled = GapGeometry(rest, channels: channels).interpolated(rest)
    case .mean:
      for channel in 0..<channels {
        let mean = rest.mean(of: channel, channels: channels) ?? 0
        for step in 0..<series.steps where filled[step * channels + channel].isNaN {
          filled[step * channels + channel] = mean
        }
      }
    }
    for cell in filled.indices {
      let value = filled[cell] + profile.means[bins[cell / channels] + cell % channels]
      filled[cell] = series.values[cell].isNaN ? value : series.values[cell]
    }
    return filled
  }
}

extension EntitySeries {
  /// The mean of a channel's observations; nil where there are none.
  func mean(of channel: Int, channels: Int) -> Float? {
    var sum = 0.0, count = 0.0
    for step in 0..<steps {
      let value = values[step * channels + channel]
      if !value.isNaN {
        sum += Double(value)
        count += 1
      }
    }
    return count > 0 ? Float(sum / count) : nil
  }
}
