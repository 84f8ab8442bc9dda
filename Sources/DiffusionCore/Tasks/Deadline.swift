import Dispatch

/// The time that a command was given, from its start to its end: made once, and handed down to everything that takes
/// long, so that each part leaves time for those after it.
///
///     let deadline = Deadline(seconds: 60)
///     let training = deadline.remaining - sampling
public struct Deadline: Sendable {
  /// The whole time, in seconds.
  public let seconds: Double
  private let end: UInt64

  /// Starts the time.
  ///
  /// - Parameter spent: seconds of it that are over already.
  public init(seconds: Double, spent: Double = 0) {
    self.seconds = seconds
    let left = min(max(seconds - spent, 0), 1e9)
    end = DispatchTime.now().uptimeNanoseconds + UInt64(left * 1e9)
  }

  /// The seconds that are left, 0 or more.
  public var remaining: Double {
    let now = DispatchTime.now().uptimeNanoseconds
    return now < end ? Double(end - now) * 1e-9 : 0
  }

  /// Whether less than a share of the whole time is left.
  public func isShort(of share: Double) -> Bool { remaining < share * seconds }

  /// The most evaluations of a network for which time is left.
  ///
  /// - Parameters:
  ///   - wanted: how many there should be.
  ///   - seconds: what these would take.
  ///   - least: fewer than so many are never answered.
  public func evaluations(_ wanted: Int, taking seconds: Double, least: Int) -> Int {
    // A tenth is for writing, and for a machine that gets slower.
    let time = 0.9 * remaining
    guard seconds > time, wanted > least else { return wanted }
    return min(max(Int(Double(wanted) * time / seconds), least), wanted)
  }
}

extension Choice {
  /// Says that less is done than usual, because time is short.
  ///
  ///     run.announce(.shortened("masks", "8 instead of 24", repeating: "masks=8"))
  public static func shortened(
    _ name: String, _ value: String, flag: String = "--budget", repeating: String? = nil
  ) -> Choice {
    Choice(name, value, because: "time is short", flag: flag, repeating: repeating)
  }

  /// Says that a row gets fewer evaluations of the network than it should, because time is short.
  public static func fewerEvaluations(_ count: Int, of wanted: Int) -> Choice {
    shortened("evaluations", "\(count) a row instead of \(wanted)", repeating: "evaluations=\(count)")
  }
}
