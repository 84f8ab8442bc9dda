import Foundation

/// Steps or rows a second over the last few seconds.
struct Pace: Sendable {
  private var marks: [(done: Int, time: Double)] = []

  /// Notes how much is done by now and returns the rate.
  mutating func rate(at done: Int, now: Double = ProcessInfo.processInfo.systemUptime) -> Double {
    if marks.last.map({ now - $0.time > 0.5 }) ?? true { marks.append((done, now)) }
    if marks.count > 12 { marks.removeFirst() }
    guard let first = marks.first, now > first.time else { return 0 }
    return Double(done - first.done) / (now - first.time)
  }
}
