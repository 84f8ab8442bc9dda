import DownstreamModels
import Foundation
import Tensors

/// Measures everything about a synthetic table and says what it means.
public struct Evaluator: Sendable {
  /// The seed of all that is drawn: the same tables and seed give the same figures.
  public var seed: UInt64
  /// Threads that work.
  public var threads: Int
  /// How often every figure is measured, for intervals, where there is one sampling; on random halves of its rows.
  public var repeats: Int
  /// The most rows of each table that figures are measured on; rows that tables share are looked for in all, as few of them
  /// would meet among some.
  public var mostRows: Int?
  /// Called as parts begin, with the part's name and the share of the whole that is done; may throw to stop.
  public var progress: @Sendable (_ part: String, _ share: Double) throws -> Void

  /// Makes an evaluator.
  public init(
    seed: UInt64 = 0, threads: Int = 1, repeats: Int = 1, mostRows: Int? = nil,
    progress: @escaping @Sendable (String, Double) throws -> Void = { _, _ in }
  ) {
    self.seed = seed
    self.threads = threads
    self.repeats = repeats
    self.mostRows = mostRows
    self.progress = progress
  }

  /// The figures alone, of one sampling.
  ///
  /// - Throws: what `progress` throws, and ``DownstreamError`` where a library fails.
  public func figures(_ tables: ComparisonTables.Prepared) throws -> [FigureID: Figure] {
    try Measurement(some(of: tables), self, part: 0, of: 1, figuresOnly: true).figures
  }

  /// How far shapes and trends are off, and whether trees tell the tables apart: the figures that need no hold-out and take
  /// the least time.
  ///
  /// - Throws: what `progress` throws.
  public func fidelity(_ tables: ComparisonTables.Prepared) throws -> [FigureID: Figure] {
    let comparison = some(of: tables).comparison
    try progress("columns and pairs", 0)
    var figures = Fidelity(comparison, sampling: nil, threads: threads).figures
    try progress("can a model tell them apart", 0.3)
    figures[.detectionTrees] = Measurement.trees(comparison, explains: false, seed: seed, threads: threads).figure
    return figures
  }

  /// Compares a real table with one or more samplings of one generator.
  ///
  /// Details are those of the first sampling; of rows that tables share and of what is lost the worst of all samplings
  /// counts, as one bad sampling among good ones is a bad one still. Over several samplings a figure is their mean, and its interval is where
  /// 95 % of further samplings would lie. Of one sampling repeats are random halves, whose figures scatter about as
  /// much as those of whole samplings would (P. J. McCarthy, "Replication: an approach to the analysis of data from
  /// complex surveys", 1966); the figure is then that of all rows.
  ///
  /// - Parameters:
  ///   - samplings: the real table with each synthetic one; real table and hold-out are the same in all.
  ///   - subject: what is compared; rows, columns, seed and repeats are filled in.
  /// - Throws: what `progress` throws, and ``DownstreamError`` where a library fails.
  public func evaluate(
    _ samplings: [ComparisonTables.Prepared], subject: EvaluationResult.Subject, training: TrainingDetails? = nil
  ) throws -> EvaluationResult {
    var each: [OverlapDetails] = []
    for sampling in samplings {
      try progress("rows that tables share", 0)
      each.append(
        TableOverlaps(
          comparison: sampling.comparison.withoutEmptied, random: RandomStream(seed: seed).child(StreamUse.overlaps),
          threads: threads
        ).measure())
    }
    let overlaps = OverlapDetails.worst(each)
    let usable = HoldoutUse(overlaps, samplings[0].comparison)
    let heldOut = samplings[0].comparison.holdout?.rowCount
    let samplings = samplings.map { some(of: usable.applied($0)) }
    let main = samplings[0]
    let count = samplings.count > 1 ? samplings.count : repeats
    var measured = try Measurement(main, self, part: 0, of: count)
    if samplings.count > 1 {
      var all = [measured.figures]
      for (index, sampling) in samplings.enumerated().dropFirst() {
        all.append(try Measurement(sampling, self, part: index, of: count, figuresOnly: true).figures)
        measured.addLosses(of: sampling.comparison)
      }
      Repeats.combine(all, into: &measured.figures)
    } else if repeats > 1 {
      var halves: [[FigureID: Figure]] = []
      for index in 0..<repeats {
        var half = main
        let rows = main.comparison.synthetic.rowCount
        var random = RandomStream(seed: seed).child(1000 + UInt64(index))
        half.comparison.synthetic = half.comparison.synthetic.rows(
          Array(random.permutation(rows).prefix(max(1, rows / 2))))
        halves.append(try Measurement(half, self, part: index, of: count, figuresOnly: true).figures)
      }
      Repeats.spread(halves, into: &measured.figures)
    }
    var subject = subject
    subject.columns = main.comparison.columns.map(\.name)
    subject.leftOut = main.leftOut
    subject.realRows = main.comparison.real.rowCount
    subject.syntheticRows = main.comparison.synthetic.rowCount
    subject.holdoutRows = heldOut
    subject.seed = seed
    subject.repeats = count
    var result = measured.result(subject, overlaps: overlaps, training: training)
    result.notes = usable.notes + result.notes
    return result
  }

  /// At most ``mostRows`` of each table.
  private func some(of prepared: ComparisonTables.Prepared) -> ComparisonTables.Prepared {
    guard let mostRows else { return prepared }
    let random = RandomStream(seed: seed).child(StreamUse.rows)
    var some = prepared
    some.comparison.real = prepared.comparison.real.sample(mostRows, random.child(0))
    some.comparison.synthetic = prepared.comparison.synthetic.sample(mostRows, random.child(1))
    some.comparison.holdout = prepared.comparison.holdout?.sample(mostRows, random.child(2))
    return some
  }
}
