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
}
