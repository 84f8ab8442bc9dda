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
    let fidelity = Fidelity(comparison)
    figures.merge(fidelity.figures) { $1 }
    (columns, pairs, dependencies) = (fidelity.columns, fidelity.pairs, fidelity.dependencies)
    if !figuresOnly { projection = Projection.measure(comparison, random: random.child(1)) }
  }

  /// The result, once figures are final.
  func result(_ subject: EvaluationResult.Subject, training: TrainingDetails?) -> EvaluationResult {
    var rules = VerdictRules(figures: figures)
    rules.isRegression = utility?.task == .regression
    return EvaluationResult(
      subject: subject, verdict: rules.verdict, figures: figures, columns: columns, pairs: pairs,
      dependencies: dependencies, projection: projection, utility: utility, utilityMissing: utilityMissing,
      privacy: privacy, training: training, notes: notes)
  }
}
