import Foundation

/// Trees that have learned: a single one, a forest or a boosted sequence.
public struct FittedTrees: FittedDownstreamModel {
  private let booster: Booster?
  private let prior: FittedPrior?
  private let form: OutcomeForm
  private let link: Link
  private let levels: CommonLevels?
  private let columnCount: Int

  /// How margins become probabilities.
  enum Link: Sendable {
    /// By the library itself.
    case value
    /// One Newton step from equal probabilities p = 1 / classes: the margin is (mean − p) / 2p(1 − p).
    case firstStep(classes: Int)
  }

  init(_ booster: Booster, form: OutcomeForm, link: Link, levels: CommonLevels, columns: Int) {
    self.booster = booster
    prior = nil
    self.form = form
    self.link = link
    self.levels = levels
    columnCount = columns
  }

  init(prior set: TrainingSet) {
    booster = nil
    prior = FittedPrior(set)
    form = OutcomeForm(set.target)
    link = .value
    levels = nil
    columnCount = 0
  }

  /// Predicts; see ``FittedDownstreamModel/predict(_:)``.
  public func predict(_ features: Features) -> [Double] {
    precondition(features.columns.count == columnCount, "trees of \(columnCount) columns cannot predict from others")
    if let prior { return prior.predict(features) }
    guard let booster, features.rowCount > 0 else { return [] }
    let outputs: [Double]
    switch link {
    case .value: outputs = ask(booster, features, .value).map { Double($0) }
    case .firstStep(let classes):
      let p = 1 / Double(classes)
      outputs = ask(booster, features, .margin).map { p + Double($0) * TreeGrowth.curvature(classes) }
    }
    return form.predictions(outputs, rows: features.rowCount)
  }

  /// The gain of all splits on each column.
  public func totalGains() -> [Double] {
    guard let booster else { return [] }
    do { return try booster.importances(.totalGain) } catch { preconditionFailure("\(error)") }
  }

  /// The mean |Shapley value| of each column over the given rows, on the scale of the log-odds or of the standardised
  /// outcome; of several classes, summed over them.
  ///
  /// Source: Lundberg, Erion, Lee, "Consistent individualized feature attribution for tree ensembles", 2018. The time
  /// is that of rows × trees × leaves × depth²: some hundred rows are enough for a ranking.
  public func meanContributions(_ features: Features) -> [Double] {
    precondition(features.columns.count == columnCount, "trees of \(columnCount) columns cannot explain others")
    var means = [Double](repeating: 0, count: columnCount)
    guard let booster, features.rowCount > 0 else { return means }
    let contributions = ask(booster, features, .contributions)
    for (place, contribution) in contributions.enumerated() {
      let column = place % (columnCount + 1)
      if column < columnCount { means[column] += abs(Double(contribution)) }
    }
    return means.map { $0 / Double(features.rowCount) }
  }

  // Rows of the right columns cannot fail but for memory: then there is no way on.
  private func ask(_ booster: Booster, _ features: Features, _ output: Booster.Output) -> [Float] {
    let known = levels?.applied(to: features) ?? features
    do { return try booster.predict(try DataMatrix(known), output) } catch { preconditionFailure("\(error)") }
  }
}
