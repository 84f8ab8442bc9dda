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
    let records = ClosestRecords(comparison: comparison, random: random.child(1), threads: threads).run()
    let membership = MembershipInference(comparison: comparison, random: random.child(2), threads: threads).run()
    let (attacks, inference) = attacks(random)
    var figures: [FigureID: Figure] = [
      .copies: ExactCopies(comparison: comparison).run(), .distanceShare: records.share, .neighbourRatio: records.ratio,
      .neighbourRatioBelowThird: records.ratioBelowThird, .membershipAUC: membership.auc,
    ]
    for attack in attacks where attack.name != .inference { figures[attack.name] = attack.risk }
    figures[.inference] = inference
    let details = PrivacyDetails(
      syntheticToReal: records.syntheticToReal, syntheticToHoldout: records.syntheticToHoldout,
      holdoutToReal: records.holdoutToReal, ratioSynthetic: records.ratioSynthetic, ratioHoldout: records.ratioHoldout,
      attacks: attacks, membership: membership.membership)
    return (figures, details)
  }

  private func attacks(_ random: RandomStream) -> (all: [PrivacyDetails.Attack], inference: Figure) {
    let real = comparison.real.distinct(comparison.columns)
    let synthetic = comparison.synthetic.distinct(comparison.columns)
    let holdout = comparison.holdout.flatMap { $0.rowCount > 0 ? $0.distinct(comparison.columns) : nil }
    let tables = [real, synthetic] + (holdout.map { [$0] } ?? []), columns = comparison.columns
    let indices = sideBySide(tables.count, threads: threads) { PredicateIndex(tables[$0], columns) }
    let singling = SinglingOut(
      real: indices[0], synthetic: indices[1], holdout: indices.count > 2 ? indices[2] : nil, columns: columns,
      random: random.child(3))
    let singled = sideBySide(2, threads: threads) { $0 == 0 ? singling.multivariate() : singling.univariate() }
    let guessing = GuessingAttacks(
      real: real, synthetic: synthetic, holdout: holdout, columns: comparison.columns, random: random.child(4),
      threads: threads)
    let guessed = guessing.run()
    return ([singled[1], singled[0], guessed.linkability] + guessed.inference, guessed.worst)
  }
}
