/// The rate at which an attack succeeds, with its error, and the risk that is left over a control.
///
/// Source: M. Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", PETS 2023, section 4.
public struct SuccessRate: Sendable, Equatable {
  /// The rate, and half the width of its interval.
  public var rate: Double, error: Double

  /// The standard normal quantile of a two-sided 95 % interval.
  public static let z95 = 1.959963984540054

  /// Wilson's score: rate = (s + z²/2) / (n + z²), error = z / (n + z²) · √(s (n − s) / n + z²/4).
  ///
  /// Source: E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
  ///
  /// - Parameter successes: 0...attempts, not whole where it was corrected.
  public init(attempts: Int, successes: Double, z: Double = z95) {
    precondition(attempts > 0, "a success rate takes attempts")
    let n = Double(attempts), s = min(n, max(0, successes))
    rate = (s + z * z / 2) / (n + z * z)
    error = z / (n + z * z) * (s * (n - s) / n + z * z / 4).squareRoot()
  }

  init(rate: Double, error: Double) {
    self.rate = rate
    self.error = error
  }

  /// The excess over a control as a share of what it leaves: (r − c) / (1 − c), the error by propagation:
  /// √((e / (1 − c))² + (e_c (r − 1) / (1 − c)²)²).
  public func residual(over control: SuccessRate) -> SuccessRate {
    let left = 1 - control.rate
    let own = error / left, theirs = control.error * (rate - 1) / (left * left)
    return SuccessRate(rate: (rate - control.rate) / left, error: (own * own + theirs * theirs).squareRoot())
  }

  /// The rate as a figure, with its interval, all within 0...1.
  func figure(floor: Double?) -> Figure {
    func clipped(_ number: Double) -> Double { min(1, max(0, number)) }
    return Figure(
      clipped(rate), floor: floor, interval: .init(low: clipped(rate - error), high: clipped(rate + error)))
  }
}

/// How often one attack was tried and succeeded: on the real rows, on held-out ones, and by guessing.
struct AttackTally {
  var attempts: Int, successes: Int
  /// Corrected for the size of the hold-out where that matters; nil without one.
  var control: (attempts: Int, successes: Double)?
  var baselineAttempts: Int, baselineSuccesses: Int
  /// The lower end of the risk by a comparison of its own, where there is one: the lesser of the two counts.
  var least: Double?

  /// The tally of nothing.
  static let none = AttackTally(attempts: 0, successes: 0, control: nil, baselineAttempts: 0, baselineSuccesses: 0)

  func attack(_ name: FigureID, column: String? = nil, impossible: String? = nil) -> PrivacyDetails.Attack {
    guard attempts > 0 else {
      return PrivacyDetails.Attack(
        name: name, column: column, attempts: 0, successes: 0, rate: 0, controlRate: nil, baselineRate: 0,
        risk: Figure(notApplicable: impossible ?? "the attack could not be tried"), caution: nil)
    }
    let rate = SuccessRate(attempts: attempts, successes: Double(successes))
    let control = control.flatMap {
      $0.attempts > 0 ? SuccessRate(attempts: $0.attempts, successes: $0.successes) : nil
    }
    let baseline =
      baselineAttempts > 0
      ? SuccessRate(attempts: baselineAttempts, successes: Double(baselineSuccesses)).rate : 0
    return PrivacyDetails.Attack(
      name: name, column: column, attempts: attempts, successes: successes, rate: rate.rate, controlRate: control?.rate,
      baselineRate: baseline, risk: risk(), caution: caution(rate.rate, control == nil, baseline))
  }

  /// The risk with the interval of a standard normal quantile.
  func risk(z: Double = SuccessRate.z95) -> Figure {
    let rate = SuccessRate(attempts: attempts, successes: Double(successes), z: z)
    guard let control, control.attempts > 0 else { return rate.figure(floor: nil) }
    var figure = rate.residual(over: SuccessRate(attempts: control.attempts, successes: control.successes, z: z))
      .figure(floor: 0)
    if let least, let interval = figure.interval {
      figure.interval = .init(low: min(interval.low, max(0, least)), high: interval.high)
    }
    return figure
  }

  private func caution(_ rate: Double, _ lacksControl: Bool, _ baseline: Double) -> String? {
    var reasons: [String] = []
    if lacksControl {
      reasons.append("without held-out rows the risk includes what could be guessed of anybody")
    }
    if baselineAttempts > 0 && baseline >= rate {
      reasons.append("guessing at random did as well, so the attack says little")
    }
    if attempts < 100 { reasons.append("only \(attempts) \(attempts == 1 ? "attempt" : "attempts") could be made") }
    return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
  }
}
