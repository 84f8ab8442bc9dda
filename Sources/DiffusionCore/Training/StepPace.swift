/// How long the last steps of a training took, evaluations between them included.
struct StepPace {
  /// The least time over which steps are timed.
  let window: Double
  private var older: (step: Int, seconds: Double)?, newer: (step: Int, seconds: Double)?

  init(window: Double) { self.window = window }

  /// Takes the end of a step in.
  mutating func note(step: Int, seconds: Double) {
    // A run that went back to an earlier step, and the first step, which makes what others use.
    guard let newer, step > newer.step else {
      (older, newer) = ((step, seconds), (step, seconds))
      return
    }
    if seconds - newer.seconds >= window { (older, self.newer) = (newer, (step, seconds)) }
  }

  /// The seconds of a step; nil before there are two.
  func secondsPerStep(step: Int, seconds: Double) -> Double? {
    guard let older, step > older.step else { return nil }
    return (seconds - older.seconds) / Double(step - older.step)
  }
}
