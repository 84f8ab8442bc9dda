import DownstreamModels
import Tensors

/// Everything about privacy: copies, distances, membership inference and the three attacks.
public struct PrivacyMeasurement: Sendable {
  /// The tables.
  public let comparison: Comparison
  /// What everything that is drawn is drawn by.
  public let seed: UInt64
  /// How many threads may work; the result is the same for any number.
  public let threads: Int

  /// Makes a measurement.
  public init(_ comparison: Comparison, seed: UInt64, threads: Int) {
    self.comparison = comparison
    self.seed = seed
    self.threads = threads
  }

  /// Measures. Figures that need a hold-out do not apply without one.
  public func run() -> (figures: [FigureID: Figure], details: PrivacyDetails) {
    let random = RandomStream(seed: seed).child(0x9121)
    let comparison = comparison
    let attacked = AttackedTables(comparison)
    let (records, singled, guesses, membership, copies) = sideBySide(
      threads: threads,
      { @Sendable in ClosestRecords(comparison: comparison, random: random.child(1), threads: $0).run() },
      { @Sendable in attacked.singlingOut(random.child(3), threads: $0) },
      { @Sendable in attacked.guesses(random.child(4), threads: $0) },
      { @Sendable in MembershipInference(comparison: comparison, random: random.child(2), threads: $0).run() },
      { @Sendable _ in ExactCopies(comparison: comparison).run() })
    let attacks = singled + [guesses.linkability] + guesses.inference
    var figures: [FigureID: Figure] = [
      .copies: copies, .distanceShare: records.share, .neighbourRatio: records.ratio,
      .neighbourRatioBelowThird: records.ratioBelowThird, .membershipAUC: membership.auc,
    ]
    for attack in attacks where attack.name != .inference { figures[attack.name] = attack.risk }
    figures[.inference] = guesses.worst
    let details = PrivacyDetails(
      syntheticToReal: records.syntheticToReal, syntheticToHoldout: records.syntheticToHoldout,
      holdoutToReal: records.holdoutToReal, ratioSynthetic: records.ratioSynthetic, ratioHoldout: records.ratioHoldout,
      attacks: attacks, membership: membership.membership)
    return (figures, details)
  }
}

/// The tables as attackers see them: without rows that say what another says.
private struct AttackedTables: Sendable {
  private let real: Features, synthetic: Features, holdout: Features?
  private let columns: [Comparison.Column]

  init(_ comparison: Comparison) {
    columns = comparison.columns
    real = comparison.real.distinct(columns)
    synthetic = comparison.synthetic.distinct(columns)
    let columns = columns
    holdout = comparison.holdout.flatMap { $0.rowCount > 0 ? $0.distinct(columns) : nil }
  }

  /// By one column, then by several.
  func singlingOut(_ random: RandomStream, threads: Int) -> [PrivacyDetails.Attack] {
    let tables = [real, synthetic] + (holdout.map { [$0] } ?? []), columns = columns
    let indices = sideBySide(tables.count, threads: threads) { PredicateIndex(tables[$0], columns) }
    let singling = SinglingOut(
      real: indices[0], synthetic: indices[1], holdout: indices.count > 2 ? indices[2] : nil, columns: columns,
      random: random)
    return sideBySide(2, threads: threads) { $0 == 0 ? singling.univariate() : singling.multivariate() }
  }

  func guesses(_ random: RandomStream, threads: Int) -> GuessingAttacks.Result {
    GuessingAttacks(
      real: real, synthetic: synthetic, holdout: holdout, columns: columns, random: random, threads: threads
    ).run()
  }
}
