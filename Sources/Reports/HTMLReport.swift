import Evaluation
import Mustache

/// The report as one HTML file that needs nothing else.
public struct HTMLReport: Sendable {
  /// What is reported.
  public let result: EvaluationResult

  /// Makes a report.
  public init(_ result: EvaluationResult) { self.result = result }

  /// The page.
  public func render() throws -> String { "" }
}
