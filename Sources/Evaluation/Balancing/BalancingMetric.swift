/// How an arm's models are scored. Of a rare class against the rest; of several rare classes the mean.
public enum BalancingMetric: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
  /// Average precision: how well rare rows are ranked first.
  case prAUC = "pr_auc"
  /// The area under the receiver operating characteristic.
  case rocAUC = "roc_auc"
  /// F1 at the threshold that is best on real validation rows.
  case f1Tuned = "f1_tuned"
  /// F1 of the likeliest class: of two classes at a probability of one half.
  case f1AtHalf = "f1_at_half"
  /// The mean over all classes of the share of their rows that is right, the likeliest class being taken.
  case balancedAccuracy = "balanced_accuracy"
  /// The mean squared error of the probability.
  case brier
  /// The same after the correction for the classes' shares.
  case brierCorrected = "brier_corrected"
  /// The mean probability over the share of the class; 1 is right.
  case meanRatio = "mean_ratio"
  /// The same after the correction.
  case meanRatioCorrected = "mean_ratio_corrected"

  /// What the metric can be.
  var range: ClosedRange<Double> {
    switch self {
    case .meanRatio, .meanRatioCorrected: 0 ... .infinity
    default: 0...1
    }
  }

  /// The name in tables.
  public var name: String {
    switch self {
    case .prAUC: ModelMetric.prAUC.description.name
    case .rocAUC: ModelMetric.rocAUC.description.name
    case .f1Tuned: ModelMetric.f1Tuned.description.name
    case .f1AtHalf: ModelMetric.f1AtHalf.description.name
    case .balancedAccuracy: ModelMetric.balancedAccuracy.description.name
    case .brier: ModelMetric.brier.description.name
    case .brierCorrected: "Brier, corrected"
    case .meanRatio: "Mean p / share"
    case .meanRatioCorrected: "Mean p / share, corrected"
    }
  }

  /// What it means, in a sentence.
  public var meaning: String {
    switch self {
    case .prAUC: ModelMetric.prAUC.description.meaning
    case .rocAUC: ModelMetric.rocAUC.description.meaning
    case .f1Tuned: "Balance of precision and recall at the threshold that is best on real validation rows."
    case .f1AtHalf: ModelMetric.f1AtHalf.description.meaning
    case .balancedAccuracy: ModelMetric.balancedAccuracy.description.meaning
    case .brier: ModelMetric.brier.description.meaning
    case .brierCorrected: "The Brier score once probabilities are corrected for the classes' shares in training."
    case .meanRatio: "The mean predicted probability over the share of the class: 2 is twice too high."
    case .meanRatioCorrected: "The same once probabilities are corrected for the classes' shares in training."
    }
  }

  /// Where better lies.
  public var better: Better {
    switch self {
    case .prAUC, .rocAUC, .f1Tuned, .f1AtHalf, .balancedAccuracy: .higher
    case .brier, .brierCorrected: .lower
    case .meanRatio, .meanRatioCorrected: .nearOne
    }
  }

  /// Where better lies on a scale.
  public enum Better: String, Sendable { case higher, lower, nearOne }
}
