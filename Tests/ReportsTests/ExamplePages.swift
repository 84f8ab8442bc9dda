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
}
