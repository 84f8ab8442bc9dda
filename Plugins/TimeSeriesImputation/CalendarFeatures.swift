import Foundation

/// Where a moment stands in the day, the week and the year, as points on circles.
enum CalendarFeatures {
  /// Sine and cosine for each of day, week and year.
  static let count = 6

  /// The features of a moment, `[6]`: sin and cos of the hour of the day, the day of the week, the day of the year.
  ///
  /// - Parameter seconds: since 1970-01-01 00:00 by the local clock, which was a Thursday.
  static func values(at seconds: Double) -> [Float] {
    [day(seconds), week(seconds), year(seconds)].flatMap { turn -> [Float] in
      let angle: Double = 2 * .pi * turn
      return [Float(sin(angle)), Float(cos(angle))]
    }
  }

  /// The part of the day that is over, in [0, 1).
  static func day(_ seconds: Double) -> Double { fraction(seconds / 86_400) }

  /// The part of the week that is over, from Monday 00:00, in [0, 1).
  static func week(_ seconds: Double) -> Double { fraction((seconds / 86_400 + 3) / 7) }

  /// The part of the mean year of 365.2425 days that is over, in [0, 1).
  static func year(_ seconds: Double) -> Double { fraction(seconds / 86_400 / 365.2425) }

  private static func fraction(_ number: Double) -> Double { number - number.rounded(.down) }
}
