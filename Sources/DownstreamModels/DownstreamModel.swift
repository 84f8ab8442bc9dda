import Errors

/// A model of the kind that people train on their tables: what synthetic, imputed and balanced data are made for.
public protocol DownstreamModel: Sendable {
  /// A short name in lower case, such as `gradient boosting`.
  var name: String { get }

  /// Learns to predict an outcome. The same arguments give the same model, whatever the number of threads.
  ///
  /// Rows without an outcome (a class outside `0 ..< count`, a number that is not finite) or without weight are left out.
  ///
  /// - Parameters:
  ///   - weights: one for each row, 0 or more; nil: all 1.
  /// - Throws: ``DownstreamError`` where nothing can be learned.
  func fit(
    _ features: Features, _ outcome: Outcome, weights: [Double]?, seed: UInt64, threads: Int
  ) throws(DownstreamError) -> any FittedDownstreamModel

  /// The model with another loss of classes; nil where there is no loss to choose, as in a forest.
  func focused(by loss: FocalLoss) -> Self?
}

extension DownstreamModel {
  /// None.
  public func focused(by loss: FocalLoss) -> Self? { nil }
}

/// A ``DownstreamModel`` that has learned.
public protocol FittedDownstreamModel: Sendable {
  /// Predictions, row by row: for classes the probability of each, `[rows, classes]`, 0 for a class that was not in
  /// training; for numbers the number, `[rows]`. All are finite.
  func predict(_ features: Features) -> [Double]
}

/// Why a model could not be learned.
public enum DownstreamError: DiagnosedError, Sendable, Equatable {
  /// No rows, or none with an outcome.
  case noRows
  /// Fewer rows than the work needs.
  case tooFewRows(Int, needed: Int)
  /// All rows have the same outcome.
  case oneOutcome
  /// The library said no; its words.
  case library(String)
  /// Trees from a file that cannot be; why.
  case damagedTrees(String)

  /// The reason.
  public var diagnosis: Diagnosis {
    switch self {
    case .noRows: Diagnosis("there are no rows to learn from")
    case .tooFewRows(let rows, let needed):
      Diagnosis(
        "there \(rows == 1 ? "is 1 row" : "are \(rows) rows") to learn from, and at least \(needed) are needed")
    case .oneOutcome: Diagnosis("all rows to learn from have the same outcome")
    case .library(let words): Diagnosis("the model could not be trained: \(words)")
    case .damagedTrees(let reason): Diagnosis("the trees are damaged: \(reason)")
    }
  }
}
