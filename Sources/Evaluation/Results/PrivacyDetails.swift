/// Distances and attacks behind the privacy figures.
public struct PrivacyDetails: Sendable, Codable, Equatable {
  /// Distances to the closest record, at the percentiles 0, 1, …, 100: of synthetic rows to real ones, of synthetic rows
  /// to held-out ones, and of held-out rows to real ones (both latter nil without a hold-out).
  public var syntheticToReal: [Double], syntheticToHoldout: [Double]?, holdoutToReal: [Double]?
  /// Ratios of the distance to the closest over that to the second closest real record, at the percentiles.
  public var ratioSynthetic: [Double], ratioHoldout: [Double]?
  /// The attacks that were tried.
  public var attacks: [Attack]
  /// The membership inference; nil without a hold-out.
  public var membership: Membership?

  /// One attack, tried many times, beside the same on people who are not in the data.
  public struct Attack: Sendable, Codable, Equatable {
    /// `singling_out_univariate`, `singling_out_multivariate`, `linkability` or `inference`.
    public var name: FigureID
    /// The column that is guessed (inference); nil for the others.
    public var column: String?
    /// Tries and successes against the real rows.
    public var attempts: Int, successes: Int
    /// Success rates, corrected (Wilson): of the attack, of the same on held-out rows, and of guessing at random.
    public var rate: Double, controlRate: Double?, baselineRate: Double
    /// The excess over the control, 0...1, with its 95 % interval.
    public var risk: Figure
    /// Why the result is not to be trusted (guessing did as well, or too few tries); nil where it is.
    public var caution: String?
    /// Makes an attack.
    public init(
      name: FigureID, column: String? = nil, attempts: Int, successes: Int, rate: Double, controlRate: Double?,
      baselineRate: Double, risk: Figure, caution: String? = nil
    ) {
      self.name = name
      self.column = column
      self.attempts = attempts
      self.successes = successes
      self.rate = rate
      self.controlRate = controlRate
      self.baselineRate = baselineRate
      self.risk = risk
      self.caution = caution
    }
  }

  /// Telling rows that were trained on from rows that were not, by the density of synthetic rows around them.
  public struct Membership: Sendable, Codable, Equatable {
    /// The area under the curve, the accuracy at the median score, and the true-positive rate at 1 % false positives.
    public var auc: Double, accuracy: Double, truePositivesAtOnePercent: Double
    /// Makes a result.
    public init(auc: Double, accuracy: Double, truePositivesAtOnePercent: Double) {
      self.auc = auc
      self.accuracy = accuracy
      self.truePositivesAtOnePercent = truePositivesAtOnePercent
    }
  }

  /// Makes details.
  public init(
    syntheticToReal: [Double], syntheticToHoldout: [Double]?, holdoutToReal: [Double]?, ratioSynthetic: [Double],
    ratioHoldout: [Double]?, attacks: [Attack], membership: Membership?
  ) {
    self.syntheticToReal = syntheticToReal
    self.syntheticToHoldout = syntheticToHoldout
    self.holdoutToReal = holdoutToReal
    self.ratioSynthetic = ratioSynthetic
    self.ratioHoldout = ratioHoldout
    self.attacks = attacks
    self.membership = membership
  }
}
