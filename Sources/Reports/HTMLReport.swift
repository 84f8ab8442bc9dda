import Evaluation

/// The report as one HTML file that needs nothing else: no network, no scripts, no fonts.
public struct HTMLReport: Sendable {
  /// What is reported.
  public let result: EvaluationResult

  /// Makes a report.
  public init(_ result: EvaluationResult) { self.result = result }

  /// The page as text, to be written as UTF-8.
  ///
  /// - Throws: an error of the template engine, which a test rules out for the templates that are built in.
  public func render() throws -> String {
    try EvaluationPage(result: result).page.rendered()
  }
}
