/// One measured number with what it takes to read it: what real rows would have scored, and how sure it is.
public struct Figure: Sendable, Codable, Equatable {
  /// The number; nil where it does not apply.
  public var value: Double?
  /// Why the number does not apply; nil where it does.
  public var why: String?
  /// The same figure for held-out real rows, judged as if they were synthetic; nil without them.
  public var floor: Double?
  /// What sampling alone makes of a perfect generator, from splits of the real table, at the sizes of these tables; nil
  /// where that was not measured.
  public var sampling: Double?
  /// The 95 % interval of the number over several samplings or repeats, or of the attack; nil for a single one.
  public var interval: Interval?

  /// Two ends.
  public struct Interval: Sendable, Codable, Equatable {
    /// The ends, `low <= high`.
    public var low: Double, high: Double
    /// Makes an interval.
    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }

    /// An interval that reaches so far below and above a value, within what the number can be.
    init(around value: Double, below: Double, above: Double, within range: ClosedRange<Double>) {
      low = max(range.lowerBound, value - below)
      high = min(range.upperBound, value + above)
    }
  }

  /// A figure that was measured. A number that is not finite becomes "not applicable".
  public init(_ value: Double, floor: Double? = nil, sampling: Double? = nil, interval: Interval? = nil) {
    self.value = value.isFinite ? value : nil
    why = value.isFinite ? nil : "the number is not finite on these tables"
    self.floor = floor.flatMap { $0.isFinite ? $0 : nil }
    self.sampling = sampling.flatMap { $0.isFinite ? $0 : nil }
    self.interval = interval
  }

  /// A figure that does not apply.
  public init(notApplicable why: String) {
    self.why = why
  }
}
