import Dispatch

/// Seconds since it was made, by a clock that only goes forward.
package struct Stopwatch: Sendable {
  private let start = DispatchTime.now().uptimeNanoseconds

  package init() {}

  package var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
}
