/// What a figure means and how to read it, in words that reports, the command line and the docs share.
public struct FigureDescription: Sendable, Equatable {
  /// Its name in prose.
  public var name: String
  /// One sentence on what it measures.
  public var meaning: String
  /// Where better lies.
  public var direction: Direction
  /// What guessing, or no effect at all, scores; nil where there is no such line.
  public var chance: Double?
  /// How to print it.
  public var format: Format
  /// The question that it helps to answer.
  public var section: Section

  /// Where better lies.
  public enum Direction: String, Sendable {
    /// 0 is best; 1 is best; 0.5 is best; what held-out real rows score is best.
    case lower, higher, nearHalf, nearFloor
  }

  /// How a number is printed.
  public enum Format: String, Sendable { case percent, number }

  /// A question that figures answer: how alike, how useful, how safe.
  public enum Section: String, Sendable, CaseIterable { case fidelity, utility, privacy }

  /// Makes a description.
  public init(
    _ name: String, _ meaning: String, _ direction: Direction, chance: Double? = nil, _ format: Format,
    _ section: Section
  ) {
    self.name = name
    self.meaning = meaning
    self.direction = direction
    self.chance = chance
    self.format = format
    self.section = section
  }

  /// The best value; nil where only the floor says.
  public var best: Double? {
    switch direction {
    case .lower: 0
    case .higher: 1
    case .nearHalf: 0.5
    case .nearFloor: nil
    }
  }
}

extension FigureID {
  /// What the figure means and how to read it.
  public var description: FigureDescription {
    switch self {
    case .shapeError:
      FigureDescription(
        "Single columns", "How far the distribution of a column is off, averaged over all columns.",
        .lower, .percent, .fidelity)
    case .trendError:
      FigureDescription(
        "Bonds between columns",
        "How far the correlation or the joint counts of two columns are off, averaged over all pairs.",
        .lower, .percent, .fidelity)
    case .trendErrorThresholded:
      FigureDescription(
        "Bonds, strong pairs only",
        "The same over the pairs that are bound in the real table (|ρ| above 0.5 or V above 0.3), as SDMetrics counts since 0.27.",
        .lower, .percent, .fidelity)
    case .trendErrorSharedBins:
      FigureDescription(
        "Bonds, shared bins", "The same over all pairs, with numbers cut at the same edges in both tables.",
        .lower, .percent, .fidelity)
    case .detectionLogistic:
      FigureDescription(
        "Hidden from a simple detector",
        "1 where logistic regression cannot tell synthetic rows from real ones, 0 where it always can.",
        .higher, .number, .fidelity)
    case .detectionTrees:
      FigureDescription(
        "Seen by a strong detector",
        "How often boosted trees rank a synthetic row as less real than a real one (area under the curve).",
        .nearHalf, chance: 0.5, .number, .fidelity)
    case .alphaPrecision:
      FigureDescription(
        "Plausible rows (α-precision)", "How well synthetic rows stay where real rows lie, from the core to the edge.",
        .higher, .percent, .fidelity)
    case .betaRecall:
      FigureDescription(
        "Variety of rows (β-recall)", "How much of the real rows' variety the synthetic rows reach.",
        .higher, .percent, .fidelity)
    case .missingRateError:
      FigureDescription(
        "Missing values", "How far the share of missing cells in a column is off, averaged over all columns.",
        .lower, .percent, .fidelity)
    case .categoryCoverage:
      FigureDescription(
        "Categories reached", "The share of a column's real categories that occur among the synthetic rows.",
        .higher, .percent, .fidelity)
    case .rangeViolations:
      FigureDescription(
        "Values out of range", "The share of synthetic cells outside the real range or with an unknown category.",
        .lower, .percent, .fidelity)
    case .typeViolations:
      FigureDescription(
        "Values of another type",
        "The share of synthetic cells that do not fit the column's type, such as decimals among integers.",
        .lower, .percent, .fidelity)
    case .dependenciesKept:
      FigureDescription(
        "Rules kept", "The share of rows that keep the rules by which some columns determine others.",
        .higher, .percent, .fidelity)
    case .utilitySynthetic:
      FigureDescription(
        "Trained on synthetic rows",
        "How well gradient boosting, trained on synthetic rows, predicts held-out real rows (AUC, or R² for numbers).",
        .higher, .number, .utility)
    case .utilityReal:
      FigureDescription(
        "Trained on real rows",
        "How well gradient boosting, trained on real rows, predicts held-out real rows (AUC, or R² for numbers).",
        .higher, .number, .utility)
    case .modelRanking:
      FigureDescription(
        "Same ranking of models",
        "Whether models that do better on real rows do better on synthetic rows too (Kendall's τ).",
        .higher, chance: 0, .number, .utility)
    case .featureRanking:
      FigureDescription(
        "Same ranking of features",
        "Whether the same columns matter for the prediction (Spearman's ρ of their SHAP shares).",
        .higher, chance: 0, .number, .utility)
    case .copies:
      FigureDescription(
        "Exact copies", "The share of synthetic rows that also stand in the real table, cell by cell.",
        .lower, .percent, .privacy)
    case .distanceShare:
      FigureDescription(
        "Closer to training rows",
        "The share of synthetic rows that lie closer to a training row than to a held-out row.",
        .nearHalf, chance: 0.5, .percent, .privacy)
    case .neighbourRatio:
      FigureDescription(
        "Room around the closest row",
        "The distance to the closest real row over that to the second closest, in the middle row (median).",
        .nearFloor, .number, .privacy)
    case .neighbourRatioBelowThird:
      FigureDescription(
        "Rows glued to one real row",
        "The share of synthetic rows that lie at least three times closer to one real row than to any other.",
        .lower, .percent, .privacy)
    case .membershipAUC:
      FigureDescription(
        "Who was in the data",
        "How well one can tell from the synthetic rows who was trained on (area under the curve).",
        .nearHalf, chance: 0.5, .number, .privacy)
    case .singlingOutUnivariate:
      FigureDescription(
        "Singling out, one column",
        "How much more often a guess from one column fits exactly one trained-on person than one held-out person.",
        .lower, .percent, .privacy)
    case .singlingOutMultivariate:
      FigureDescription(
        "Singling out, several columns",
        "How much more often a guess from several columns fits exactly one trained-on person than one held-out person.",
        .lower, .percent, .privacy)
    case .linkability:
      FigureDescription(
        "Linking records",
        "How much more often two halves of a trained-on record can be joined than those of a held-out record.",
        .lower, .percent, .privacy)
    case .inference:
      FigureDescription(
        "Guessing a secret",
        "How much better an unknown column can be guessed for trained-on people than for held-out people; the worst column.",
        .lower, .percent, .privacy)
    }
  }
}
