import Dispatch

/// Seconds since it was made, and those spent before, by a clock that only goes forward.
package struct Stopwatch: Sendable {
  private let start = DispatchTime.now().uptimeNanoseconds
  private let spent: Double

  /// - Parameter spent: seconds of earlier sittings.
  package init(spent: Double = 0) { self.spent = spent }

  package var seconds: Double { spent + Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
}
