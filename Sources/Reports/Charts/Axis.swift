/// A scale with ticks at round numbers.
struct Axis: Sendable {
  /// The ends in the data, and where they lie in the drawing.
  let low: Double, high: Double, start: Double, end: Double
  private(set) var ticks: [(value: Double, label: String)] = []

  /// How ticks are written.
  enum Style: Sendable { case percent, number, count }

  /// A scale from `low` to `high`, with about `count` ticks inside.
  init(
    _ low: Double, _ high: Double, from start: Double, to end: Double, ticks count: Int = 5, _ style: Style = .number
  ) {
    // Within what can be subtracted; what lies beyond stands at the end.
    let most = Double.greatestFiniteMagnitude / 4
    let low = low.isFinite ? min(max(low, -most), most / 2) : 0
    let high = high.isFinite && high > low ? min(high, most) : low + max(1, abs(low) * 0.1)
    (self.low, self.high, self.start, self.end) = (low, high, start, end)
    ticks = Self.ticks(low, high, count, style)
  }

  /// A scale with ticks of its own.
  init(
    _ low: Double, _ high: Double, from start: Double, to end: Double, marked ticks: [(value: Double, label: String)]
  ) {
    self.init(low, high, from: start, to: end, ticks: 0)
    self.ticks = ticks
  }

  /// The place of a value; outside the scale it is the nearer end.
  func at(_ value: Double) -> Double {
    let share = (min(max(value, low), high) - low) / (high - low)
    return start + min(max(share.isFinite ? share : 0, 0), 1) * (end - start)
  }

  /// The least round number that is not below `value`, of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten.
  static func roundUp(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    var power = 1.0
    while power > value { power /= 10 }
    while power > 0, power * 10 <= value { power *= 10 }
    for factor in [1, 1.5, 2, 3, 4, 5, 6, 8] where factor * power >= value * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  private static func ticks(_ low: Double, _ high: Double, _ count: Int, _ style: Style) -> [(Double, String)] {
    guard count > 0 else { return [] }
    let rough = (high - low) / Double(count)
    guard rough > 0, rough.isFinite else { return [] }
    var power = 1.0
    while power > rough { power /= 10 }
    while power > 0, power * 10 <= rough { power *= 10 }
    guard power > 0, power.isFinite else { return [] }
    let factors = style != .count ? [1, 2, 2.5, 5, 10] : power < 1 ? [1 / power] : [1, 2, 5, 10]
    let step = (factors.first { $0 * power >= rough * 0.8 } ?? 10) * power
    let first = Int((low / step - 1e-6).rounded(.up)), last = Int((high / step + 1e-6).rounded(.down))
    guard first <= last, last - first < 100 else { return [] }
    let values = (first...last).map { Double($0) * step }
    return values.map { ($0, label($0, step: step, largest: max(abs(low), abs(high)), style)) }
  }

  /// The label of a tick, with the digits that the step needs.
  static func label(_ value: Double, step: Double, largest: Double, _ style: Style) -> String {
    if value == 0 { return style == .percent ? "0%" : "0" }
    if style == .percent { return NumberText.fixed(value * 100, digits(step * 100)) + "%" }
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
    if largest >= 1e15 || largest < 1e-4 { return NumberText.exponential(value) }
    // A year or a small count is better in full.
    if largest >= 10_000, step >= 100, let unit = units.first(where: { largest >= $0.0 }) {
      return NumberText.fixed(value / unit.0, digits(step / unit.0)) + unit.1
    }
    return NumberText.fixed(value, digits(step))
  }

  private static func digits(_ step: Double) -> Int {
    var digits = 0, scaled = step
    while digits < 6, abs(scaled - scaled.rounded()) > 1e-6 * scaled {
      scaled *= 10
      digits += 1
    }
    return digits
  }
}
