@testable import Reports

/// The pages of all example results, rendered once.
enum ExamplePages {
  static let all = Result {
    [
      "adult": try HTMLReport(ExampleResults.adult).render(), "wide": try HTMLReport(ExampleResults.wide).render(),
      "poor": try HTMLReport(ExampleResults.poor).render(), "hostile": try HTMLReport(ExampleResults.hostile).render(),
      "empty": try HTMLReport(ExampleResults.empty).render(),
    ]
  }

  /// The pages of all example fillings.
  static let imputations = Result {
    [
      "filled-series": try ImputationReport(ExampleImputations.series).render(),
      "filled-table": try ImputationReport(ExampleImputations.table).render(),
      "filled-bare": try ImputationReport(ExampleImputations.bare).render(),
      "filled-hostile": try ImputationReport(ExampleImputations.hostile).render(),
    ]
  }

  /// The pages of all example comparisons of arms.
  static let balancings = Result {
    [
      "balanced": try BalancingReport(ExampleBalancings.full).render(),
      "balanced-bare": try BalancingReport(ExampleBalancings.bare).render(),
      "balanced-hostile": try BalancingReport(ExampleBalancings.hostile).render(),
    ]
  }

  /// The pages of all example searches.
  static let tunings = Result {
    [
      "tuned": try TuningReport(ExampleTunings.full).render(),
      "tuned-bare": try TuningReport(ExampleTunings.bare).render(),
      "tuned-hostile": try TuningReport(ExampleTunings.hostile).render(),
    ]
  }

  /// The pages of all example explanations.
  static let explanations = Result {
    [
      "explained-model": try ExplanationReport(ExampleExplanations.model).render(),
      "explained-table": try ExplanationReport(ExampleExplanations.table).render(),
      "explained-bare": try ExplanationReport(ExampleExplanations.bare).render(),
      "explained-hostile": try ExplanationReport(ExampleExplanations.hostile).render(),
    ]
  }

  /// All pages.
  static let every = Result {
    try [all, imputations, balancings, tunings, explanations].reduce(into: [:]) { pages, some in
      pages.merge(try some.get()) { mine, _ in mine }
    }
  }
}
