import DownstreamModels
import Foundation
import Tensors

/// All figures of one sampling, with the details behind them.
struct Measurement {
  var figures: [FigureID: Figure] = [:]
  private var columns: [ColumnComparison] = []
  private var pairs = PairDetails(names: [], real: [], synthetic: [], error: [])
  private var dependencies: [DependencyComparison] = []
  private var projection: ProjectionDetails?
  private var utility: UtilityDetails?
  private var utilityMissing: String?
  private var privacy = PrivacyDetails(
    syntheticToReal: [], syntheticToHoldout: nil, holdoutToReal: nil, ratioSynthetic: [], ratioHoldout: nil,
    attacks: [],
    membership: nil)
  private var notes: [String] = []
  private var losses: [Loss] = []
  private var worstPair: VerdictRules.WorstPair?
  private var lostBond: VerdictRules.LostBond?

  /// Measures one sampling.
  ///
  /// - Parameters:
  ///   - part: which of `count` measurements this is, for progress.
  ///   - figuresOnly: leaves out what only the report of the first shows.
  init(
    _ prepared: ComparisonTables.Prepared, _ evaluator: Evaluator, part: Int, of count: Int, figuresOnly: Bool = false
  ) throws {
    let comparison = prepared.comparison
    let random = RandomStream(seed: evaluator.seed).child(UInt64(part))
    func begin(_ name: String, _ share: Double) throws {
      try evaluator.progress(name, (Double(part) + share) / Double(count))
    }
    try begin("columns and pairs", 0)
    let sampling = figuresOnly ? nil : SamplingError.measure(comparison, random: random.child(2))
    let fidelity = Fidelity(comparison, sampling: sampling, threads: evaluator.threads)
    figures.merge(fidelity.figures) { $1 }
    (columns, pairs, dependencies) = (fidelity.columns, fidelity.pairs, fidelity.dependencies)
    worstPair = fidelity.worstPair
    if !figuresOnly {
      projection = Projection.measure(comparison, random: random.child(1))
      losses = Losses.measure(comparison)
      lostBond = LostBonds.find(comparison)
    }

    let seed = evaluator.seed &+ UInt64(part)
    let floor = comparison.floor
    try begin("can a model tell them apart", 0.04)
    detect(comparison, floor: floor, seed: seed, threads: evaluator.threads)
    try begin("nearest rows", 0.4)
    let alpha = AlphaPrecision(comparison, seed: seed, threads: evaluator.threads).run()
    (figures[.alphaPrecision], figures[.betaRecall]) = alpha
    try begin("attacks", 0.5)
    let safety = PrivacyMeasurement(comparison.withoutEmptied, seed: seed, threads: evaluator.threads).run()
    figures.merge(safety.figures) { $1 }
    privacy = safety.details
    try begin("downstream models", 0.65)
    measureUtility(prepared, seed: seed, threads: evaluator.threads)
  }

  /// Adds what a further sampling has lost, where that is more than is known already.
  mutating func addLosses(of comparison: Comparison) {
    for loss in Losses.measure(comparison) {
      if let known = losses.firstIndex(where: { ($0.kind, $0.what) == (loss.kind, loss.what) }) {
        if loss.mass > losses[known].mass { losses[known] = loss }
      } else {
        losses.append(loss)
      }
    }
    losses.sort { ($1.mass, $0.what) < ($0.mass, $1.what) }
    if let bond = LostBonds.find(comparison), bond.real - bond.synthetic > lostBond.map({ $0.real - $0.synthetic }) ?? 0
    {
      lostBond = bond
    }
  }

  /// How well models tell synthetic rows from real ones, and the hold-out from real ones as the floor.
  private mutating func detect(
    _ comparison: Comparison, floor: Comparison?, seed: UInt64, threads: Int
  ) {
    // A hold-out that is too small leaves a figure without a floor.
    let limits = [Int.max, LogisticDetection.maximumFloorRows]
    let linear = LogisticDetection.measure(
      [comparison] + (floor.map { [$0] } ?? []), limits: limits, seed: seed, threads: threads)
    switch linear[0] {
    // An empty column is filled in with the real mean, which hides it; who looks sees it.
    case .success where comparison.columns.indices.contains(where: comparison.isEmptied):
      figures[.detectionLogistic] = Figure(0, floor: linear.count > 1 ? (try? linear[1].get())?.score : nil)
    case .success(let detection):
      figures[.detectionLogistic] = Figure(
        detection.score, floor: linear.count > 1 ? (try? linear[1].get())?.score : nil)
    case .failure(let error): figures[.detectionLogistic] = Figure(notApplicable: error.description)
    }
    let trees = Self.trees(comparison, floor: floor, explains: true, seed: seed, threads: threads)
    figures[.detectionTrees] = trees.figure
    for (index, share) in trees.shares.enumerated() { columns[index].givesAway = share }
  }

  /// How well trees tell the tables apart, and by which columns; none where that is not asked for.
  static func trees(
    _ comparison: Comparison, floor: Comparison? = nil, explains: Bool, seed: UInt64, threads: Int
  ) -> (figure: Figure, shares: [Double]) {
    do throws(DownstreamError) {
      let sides = [comparison] + (floor.map { $0.synthetic.rowCount >= 10 ? [$0] : [] } ?? [])
      let found = try TreeDetection.measure(
        sides, explaining: sides.indices.map { explains && $0 == 0 }, seed: seed, threads: threads)
      return (Figure(found[0].auc, floor: found.count > 1 ? found[1].auc : nil), found[0].shares)
    } catch {
      return (Figure(notApplicable: error.description), [])
    }
  }

  private mutating func measureUtility(_ prepared: ComparisonTables.Prepared, seed: UInt64, threads: Int) {
    let found: Utility =
      if let target = prepared.target {
        prepared.comparison.holdout == nil
          ? Utility(notApplicable: "models are tested on held-out real rows, and none were given")
          : Utility.measure(prepared.comparison, target: target, seed: seed, threads: threads)
      } else {
        Utility(notApplicable: "no column was named to be predicted")
      }
    figures.merge(found.figures) { $1 }
    utility = found.details
    utilityMissing = found.details == nil ? found.figures[.utilitySynthetic]?.why : nil
    notes += found.notes
  }

  /// The result, once figures are final.
  func result(
    _ subject: EvaluationResult.Subject, overlaps: OverlapDetails, training: TrainingDetails?
  ) -> EvaluationResult {
    var rules = VerdictRules(
      figures: figures, realRows: subject.realRows, syntheticRows: subject.syntheticRows,
      holdoutRows: subject.holdoutRows, target: utility?.target, isRegression: utility?.task == .regression,
      columns: columns, worstPair: worstPair, lostBond: lostBond, losses: losses, overlaps: overlaps)
    var utilityMissing = utilityMissing
    if let fault = rules.faultReason {
      let why = "the hold-out cannot be used: \(fault)"
      var changed = figures
      for id in [
        FigureID.distanceShare, .membershipAUC, .utilitySynthetic, .utilityReal, .modelRanking, .featureRanking,
      ] where changed[id]?.value == nil { changed[id] = Figure(notApplicable: why) }
      utilityMissing = why
      rules = rules.with(changed)
    } else if let share = overlaps.holdoutInReal?.share, let copies = figures[.copies], let value = copies.value {
      // Of all held-out rows, those included that were left out as repeats.
      var changed = figures
      changed[.copies] = Figure(value, floor: share, interval: copies.interval)
      rules = rules.with(changed)
    }
    return EvaluationResult(
      subject: subject, verdict: rules.verdict, figures: rules.figures, columns: columns, pairs: pairs,
      dependencies: dependencies, projection: projection, utility: utility, utilityMissing: utilityMissing,
      privacy: privacy, overlaps: overlaps, losses: losses, training: training, notes: notes)
  }
}
