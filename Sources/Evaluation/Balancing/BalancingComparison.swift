import DownstreamModels
import Foundation
import Tables
import Tensors

/// Compares ways to deal with rare classes on real rows that nothing has seen: neither the arms' generators, nor the
/// models, nor the choice of the threshold.
///
/// Stratified folds, repeated: a fold's rows are tested on; of the rest three quarters are learned from, balanced by each
/// arm in its own way, and one quarter, real rows with the real shares of the classes, tunes the thresholds
/// (``BalancingFold``). The same for a seed whatever the number of threads.
public struct BalancingComparison: Sendable {
  /// Folds of each repeat, at least two, and repeats.
  public var folds: Int, repeats: Int
  /// The seed of all that is drawn.
  public var seed: UInt64
  /// Threads that work.
  public var threads: Int
  /// Of more rows, so many drawn at random take part: models of hundreds of thousands of rows, some dozens a fold, would
  /// take hours.
  public static let mostRows = 100_000
  /// The rows that take part at most.
  public var rows = Self.mostRows
  /// Asked before each fold but the first two, with the number of those that are done, whether there is time for it.
  public var hasTime: @Sendable (_ done: Int) -> Bool = { _ in true }
  /// Called as parts begin, with the part's name and the share of the whole that is done; may throw to stop.
  public var progress: @Sendable (_ part: String, _ share: Double) throws -> Void

  /// Makes a comparison.
  public init(
    folds: Int = 5, repeats: Int = 1, seed: UInt64 = 0, threads: Int = 1,
    progress: @escaping @Sendable (String, Double) throws -> Void = { _, _ in }
  ) {
    precondition(folds > 1 && repeats > 0, "a comparison needs two folds or more")
    self.folds = folds
    self.repeats = repeats
    self.seed = seed
    self.threads = threads
    self.progress = progress
  }

  /// Compares arms with ``BalancingArm/nothing``.
  ///
  /// An arm that throws, `CancellationError` aside, is left out, with its error as the reason.
  ///
  /// - Throws: ``BalancingError`` where a class has too few of the rows that are drawn of a long table,
  ///   ``EvaluationError`` where no column can be learned from, and what `progress` throws.
  public func compare(
    _ whole: BalancingProblem, arms: [BalancingArm], subject: BalancingResult.Subject
  ) throws -> BalancingResult {
    let arms = [BalancingArm.nothing] + arms, problem = whole.sample(rows, seed: seed)
    try problem.check(folds: folds)
    let plain = try problem.coded(with: nil).features
    let divisions = BalancingFold.all(problem, folds: folds, repeats: repeats, seed: seed)
    var tallies = arms.map { ArmTally(id: $0.id) }
    var done = 0
    for (number, fold) in divisions.enumerated() {
      guard number < 2 || hasTime(number) else { break }
      func begin(_ part: String, _ share: Double) throws {
        try progress(
          "fold \(number + 1) of \(divisions.count), \(part)", (Double(number) + share) / Double(divisions.count))
      }
      var prepared: [(arm: Int, rows: BalancedRows)] = []
      for place in arms.indices where tallies[place].failure == nil {
        try begin(arms[place].id, 0.8 * Double(place) / Double(arms.count))
        do {
          let own = RandomStream(seed: seed).child(UInt64(number))
          var stream = own.child(UInt64(place))
          prepared.append(
            (place, try BalancedRows(arms[place], problem, plain: plain, fold, seed: stream.next() >> 1)))
        } catch let error as CancellationError {
          throw error
        } catch {
          tallies[place].failure = "\(error)"
        }
      }
      try begin("models", 0.8)
      score(prepared, problem, fold, isFirstRepeat: number < folds, seed: seed &+ UInt64(number), &tallies)
      done += 1
    }
    var subject = subject
    (subject.folds, subject.repeats, subject.seed) = (folds, repeats, seed)
    var notes =
      problem.table.rowCount < whole.table.rowCount
      ? ["Of \(whole.table.rowCount) rows, \(problem.table.rowCount) drawn at random took part."] : []
    if done < divisions.count {
      notes.append("\(done) of \(divisions.count) folds were measured: there was no time for more (--budget).")
    }
    let together = problem.groups.count - Set(problem.groups).count
    if together > 0 {
      notes.append(
        "\(together) of \(problem.groups.count) rows belong to others (they repeat them, or are of their group) and stay in one fold with them."
      )
    }
    return result(tallies, problem, subject, notes)
  }

  /// Learns and scores the models of one arm of one fold, to see how long they take.
  ///
  /// - Throws: what ``compare(_:arms:subject:)`` throws.
  public func time(_ whole: BalancingProblem) throws {
    let problem = whole.sample(rows, seed: seed)
    try problem.check(folds: folds)
    guard let fold = BalancingFold.all(problem, folds: folds, repeats: 1, seed: seed).first else { return }
    let plain = try problem.coded(with: nil).features
    var tallies = [ArmTally(id: BalancingArm.nothing.id)]
    let rows = try BalancedRows(BalancingArm.nothing, problem, plain: plain, fold, seed: seed)
    score([(0, rows)], problem, fold, isFirstRepeat: true, seed: seed, &tallies)
  }

  /// Learns and scores the models of all arms of one fold.
  private func score(
    _ prepared: [(arm: Int, rows: BalancedRows)], _ problem: BalancingProblem, _ fold: BalancingFold,
    isFirstRepeat: Bool, seed: UInt64, _ tallies: inout [ArmTally]
  ) {
    let count = problem.labels.count
    let tuningClasses = fold.tuning.map { problem.classOfRow[$0] }
    let observed = fold.testing.map { problem.classOfRow[$0] }
    let predictions = BalancingPanel.predictions(
      prepared.map(\.rows), classes: count, tuningClasses: tuningClasses, seed: seed, threads: threads)
    var shares = [Double](repeating: 0, count: count)
    for row in fold.learning { shares[problem.classOfRow[row]] += 1 / Double(fold.learning.count) }
    for (place, rows) in prepared {
      tallies[place].newRows.append(Double(rows.newRows))
      tallies[place].copies.append(Double(rows.copies))
      tallies[place].seconds.append(rows.seconds)
    }
    for ((place, rows), models) in zip(prepared, predictions) {
      let priors = PriorCorrection(shares: shares, inTraining: rows.shares(of: count))
      for (model, made) in models.enumerated() {
        let correction: ([Double]) -> [Double]
        switch rows.loss {
        case _ where BalancingPanel.names[model] == BalancingPanel.stack: correction = { $0 }
        case let loss? where BalancingPanel.models[model].focused(by: loss) != nil:
          correction = { loss.posterior($0, classes: count) }
        default: correction = priors.corrected
        }
        let scores = made.map {
          BalancingScores(
            $0.testing, observed: observed, tuning: $0.tuning, tuningObserved: tuningClasses, classes: count,
            correction: correction, rare: problem.rare)
        }
        tallies[place].scores[model].append(scores?.metrics ?? [:])
        guard isFirstRepeat, let made else { continue }
        let rarest = problem.rarest
        tallies[place].pooled[model].scores += observed.indices.map { made.testing[$0 * count + rarest] }
        tallies[place].pooled[model].positive += observed.map { $0 == rarest }
      }
    }
  }

  private func result(
    _ tallies: [ArmTally], _ problem: BalancingProblem, _ subject: BalancingResult.Subject,
    _ notes: [String]
  ) -> BalancingResult {
    let ratio = 1 / (Double(folds - 1) * 0.75)
    let names = BalancingPanel.names
    let reference =
      names.indices.max { a, b in
        (tallies[0].mean(.prAUC, model: a) ?? -1) < (tallies[0].mean(.prAUC, model: b) ?? -1)
      } ?? 0
    let arms = tallies.enumerated().map { place, tally -> BalancingResult.Arm in
      guard tally.failure == nil else { return .init(id: tally.id, failure: tally.failure) }
      let models = names.indices.map { model in
        var metrics: [BalancingMetric: Figure] = [:], differences: [BalancingMetric: Figure] = [:]
        for metric in BalancingMetric.allCases {
          metrics[metric] = FoldMean.figure(tally.values(metric, model: model), ratio: ratio, within: metric.range)
          guard place > 0 else { continue }
          differences[metric] = FoldMean.figure(
            tally.differences(to: tallies[0], metric, model: model, other: model), ratio: ratio)
        }
        return BalancingResult.Model(name: names[model], metrics: metrics, differences: differences)
      }
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
      return .init(
        id: tally.id, newRows: mean(tally.newRows), copies: mean(tally.copies), seconds: mean(tally.seconds),
        models: models, curves: tally.pooled[reference].curves)
    }
    let advice = BalancingAdvice(
      tallies: tallies, reference: reference, ratio: ratio, rareRows: problem.rare.map(problem.rows(of:)).min() ?? 0)
    return BalancingResult(
      subject: subject, arms: arms, reference: names[reference], advice: advice.advice(arms), notes: notes)
  }
}

/// What is known of one arm while folds are measured.
struct ArmTally: Sendable {
  let id: String
  var failure: String?
  var newRows: [Double] = [], copies: [Double] = [], seconds: [Double] = []
  /// `[models][folds]`.
  var scores = [[[BalancingMetric: Double?]]](repeating: [], count: BalancingPanel.names.count)
  /// `[models]`: the rarest class over the folds of the first repeat.
  var pooled = [PooledPredictions](repeating: .init(), count: BalancingPanel.names.count)

  struct PooledPredictions: Sendable {
    var scores: [Double] = [], positive: [Bool] = []

    var curves: BalancingResult.Curves {
      let curve = PrecisionRecallCurve(scores, positive: positive)
      let groups = Metrics.calibration(scores, positive: positive)
      return .init(
        recall: curve.recall, precision: curve.precision, predicted: groups.predicted, observed: groups.observed,
        rows: groups.rows)
    }
  }

  /// A metric fold by fold.
  func values(_ metric: BalancingMetric, model: Int) -> [Double?] { scores[model].map { $0[metric] ?? nil } }

  /// The mean over the folds.
  func mean(_ metric: BalancingMetric, model: Int) -> Double? {
    let known = values(metric, model: model).compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// By how much a model of this arm exceeds one of another, fold by fold.
  func differences(to arm: ArmTally, _ metric: BalancingMetric, model: Int, other: Int) -> [Double?] {
    zip(values(metric, model: model), arm.values(metric, model: other)).map { mine, theirs in
      if let mine, let theirs { mine - theirs } else { nil }
    }
  }
}
