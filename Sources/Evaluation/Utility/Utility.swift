import DownstreamModels
import Tensors

/// Whether models that learned from synthetic rows do as well on held-out real rows as models that learned from real
/// ones ("train on synthetic, test on real").
///
/// A panel of models learns each arm, and is tested on the same hold-out: linear with an L2 and an L1 penalty, decision
/// tree, random forest, gradient boosting (200 trees, depth 6, learning rate .1), and a stack of these. Figures:
/// `utilitySynthetic` and `utilityReal`, the area under the curve (more than two classes: mean of one against the rest)
/// or R² of gradient boosting; `modelRanking`, Kendall's τ_b of the panel's order in both arms; `featureRanking`,
/// Spearman's ρ of the features' Shapley shares in both arms.
///
/// Source: C. Esteban, S. Hyland, G. Rätsch, "Real-valued (medical) time series generation with recurrent conditional
/// GANs", 2017.
///
/// Bounds, so that the time is that of some models: ``maximumRows`` rows of each table, ``maximumFoldRows`` for
/// out-of-fold predictions (the stack and the F1 threshold), ``explainedRows`` for Shapley values; the random forest and
/// the search for features that could go have their own. What a bound cuts off is said in ``notes``.
public struct Utility: Sendable {
  /// The figures, whether they apply or not.
  public var figures: [FigureID: Figure]
  /// The panel; nil where it does not apply.
  public var details: UtilityDetails?
  /// What was left out or bounded, in sentences.
  public var notes: [String]

  /// The most classes that are told apart: boosting grows its trees anew for each.
  public static let maximumClasses = 50
  /// The most rows of each table.
  public static let maximumRows = 50_000
  /// The most rows that are divided into folds.
  public static let maximumFoldRows = 6_000
  /// The held-out rows over which Shapley values are averaged.
  public static let explainedRows = 60

  /// Measures how well a column of the comparison is predicted: classes where it is a category, else numbers.
  ///
  /// Rows without the target are left out. The same for a seed whatever the number of threads.
  public static func measure(_ comparison: Comparison, target: Int, seed: UInt64, threads: Int) -> Utility {
    precondition(comparison.columns.indices.contains(target), "the target is no column of the comparison")
    do throws(NotApplicable) {
      let problem = try UtilityProblem(comparison, target: target, seed: seed)
      return UtilityPanel(problem, seed: seed, threads: threads).utility()
    } catch {
      return Utility(notApplicable: error.why)
    }
  }

  /// Makes a result.
  public init(figures: [FigureID: Figure], details: UtilityDetails?, notes: [String]) {
    self.figures = figures
    self.details = details
    self.notes = notes
  }

  /// The result where utility cannot be measured.
  public init(notApplicable why: String) {
    let figure = Figure(notApplicable: why)
    figures = [.utilitySynthetic: figure, .utilityReal: figure, .modelRanking: figure, .featureRanking: figure]
    details = nil
    notes = []
  }
}

/// Why something is not measured.
struct NotApplicable: Error {
  let why: String
}
