/// A fall of the learning rate in a straight line, from a step on, to zero at another.
///
/// A run has one, and further ones where its machine got slower meanwhile: each takes the rate from where the one before
/// has brought it, and ends earlier. The same falls and the same steps repeat the run.
///
///     let falls = RateFall.list("900:1500,1100:1200")
public struct RateFall: Sendable, Codable, Equatable {
  /// The step at which the fall begins.
  public var start: Int
  /// The step at which the rate would be zero.
  public var end: Int

  /// Makes a fall.
  public init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }

  /// Falls as ``text(_:)`` writes them; nil for other text, and where a fall does not begin within the one before.
  public static func list(_ text: some StringProtocol) -> [RateFall]? {
    var falls: [RateFall] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let start = numbers[0], let end = numbers[1], start >= 0, end > start else {
        return nil
      }
      if let last = falls.last, start <= last.start || start >= last.end || end >= last.end { return nil }
      falls.append(RateFall(start: start, end: end))
    }
    return falls.isEmpty ? nil : falls
  }

  /// Falls as text: `start:end`, separated by commas.
  public static func text(_ falls: [RateFall]) -> String {
    falls.map { "\($0.start):\($0.end)" }.joined(separator: ",")
  }
}

extension [RateFall] {
  /// The share of the full rate at a step, before which the last fall has begun.
  func rate(at step: Int) -> Double {
    var rate = 1.0
    for (place, fall) in enumerated() {
      let until = place + 1 < count ? self[place + 1].start : step
      rate *= 1 - Swift.max(0, Double(until - fall.start)) / Double(Swift.max(fall.end - fall.start, 1))
    }
    return rate
  }
}
