import Tables

/// Recognises times that occur twice because clocks were set back for winter.
public enum ClockChange {
  /// Whether times look like an hour that was lived twice: all in the small hours of a Sunday in spring or autumn.
  ///
  /// - Parameter times: seconds since 1970-01-01 00:00 by the local clock.
  public static func explains(_ times: [Double]) -> Bool {
    guard !times.isEmpty else { return false }
    return times.allSatisfy { time in
      let day = (time / 86_400).rounded(.down)
      // 1970-01-01 was a Thursday.
      let isSunday = (Int(day) + 4) % 7 == 0
      let hour = (time - day * 86_400) / 3600
      // March and April, September to November: days 59 to 120 and 243 to 334 of a year, leap days aside.
      let dayOfYear = (day.truncatingRemainder(dividingBy: 365.2425) + 365.2425)
        .truncatingRemainder(dividingBy: 365.2425)
      let isSeason = (57...122).contains(dayOfYear) || (241...336).contains(dayOfYear)
      return isSunday && hour < 4 && isSeason
    }
  }
}
