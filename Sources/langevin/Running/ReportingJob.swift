import DiffusionCore
import Evaluation
import Foundation
import Reports
import Tables
import Tensors

/// The report of a `synth`: keeps rows from training, and judges by them what was made.
struct ReportingJob {
  /// Fewer rows than these, kept or trained on, judge nothing.
  static let fewestRows = 20

  /// The number of rows before the split.
  let rows: Int
  private let place: OutputPlace
  private let judging: JudgingOptions
  private let job: TrainingJob
  private let holdout: Table

  /// Takes the rows to judge by out of the data of a training.
  init(place: OutputPlace, share: Double, judging: JudgingOptions, training: inout TrainingJob) throws {
    let table = training.data.table
    let kept = Int((Double(table.rowCount) * share).rounded())
    guard min(kept, table.rowCount - kept) >= Self.fewestRows else {
      throw Failure(
        .badData,
        "\(Wording.count(table.rowCount, "row")) are too few for a report: \(kept) would be kept from training, \(Self.fewestRows) are needed on either side",
        cure: "change --holdout-share, or leave out --report")
    }
    if let group = judging.group { _ = try training.data.schema.column(named: group) }
    let twins = RowTwins(table, schema: training.data.schema, group: judging.group)
    var random = RandomStream(seed: training.seed).child(0x4e57)
    let isKept = Self.kept(kept, random.permutation(table.rowCount), groups: twins.groups)
    holdout = table.rows(isKept.indices.filter { isKept[$0] })
    training.data.table = table.rows(isKept.indices.filter { !isKept[$0] })
    guard holdout.rowCount > 0, training.data.table.rowCount > 0 else {
      throw Failure(
        .badData, "the rows cannot be divided: nearly all belong to one group",
        cure: "give another --group, or leave out --report")
    }
    if twins.kept > 0 {
      training.console.say(
        "\(Wording.count(twins.kept, "row")) of \(Wording.count(table.rowCount)) repeat others, more than chance explains: they are kept or trained on together with it"
      )
    }
    training.console.announce(
      Choice(
        "hold-out", Wording.count(holdout.rowCount, "row"), because: "the report needs rows that training did not see",
        flag: "--holdout-share"))
    rows = table.rowCount
    self.place = place
    self.judging = judging
    job = training
  }

  /// Which rows are kept from training: the first of an order, with all that belong to them, as long as they do not exceed the
  /// number that is wanted.
  private static func kept(_ wanted: Int, _ order: [Int], groups: [Int]) -> [Bool] {
    var members: [Int: [Int]] = [:]
    for (row, group) in groups.enumerated() { members[group, default: []].append(row) }
    var isKept = [Bool](repeating: false, count: groups.count), count = 0
    for row in order where !isKept[row] {
      guard count < wanted else { break }
      let own = members[groups[row]]!
      // The last group may be a little too large; a huge one is trained on.
      guard own.count == 1 || count + own.count <= wanted + max(1, wanted / 10) else { continue }
      for other in own { isKept[other] = true }
      count += own.count
    }
    return isKept
  }

  /// Makes the rows that are judged, as many samplings as repeats are wanted, and writes the report.
  ///
  /// - Parameters:
  ///   - choices: those of the sampling of the rows that were written.
  ///   - deadline: when the report should be there; nil: whenever it is.
  func run(
    _ model: any FittedSynthesizer, wish: SamplingWish, names: EvaluationJob.Names, choices: [Choice],
    deadline: Deadline?
  ) throws {
    var judging = judging
    var samplings: [Table] = []
    // Rows that had fewer evaluations because of the time are judged as such.
    let options = try job.options.overlaid(
      with: choices.isEmpty
        ? nil
        : OptionValues(arguments: choices.compactMap(\.repeating), as: job.method.descriptor.options))
    for index in 0..<judging.repeats {
      // The first has the seed of the rows that were written, and so is the same.
      let start = job.clock.seconds
      samplings.append(try sample(model, wish, options, seed: job.seed &+ UInt64(index)))
      guard let deadline, index + 1 < judging.repeats else { continue }
      if 4 * (job.clock.seconds - start) > deadline.remaining {
        job.console.announce(.shortened("repeats", "\(index + 1) of \(judging.repeats)"))
        break
      }
    }
    judging.repeats = 1
    var evaluation = EvaluationJob(
      judging: judging, schema: job.data.schema,
      names: .init(
        real: "\(names.real) (training rows)", synthetic: names.synthetic, holdout: "\(names.real) (kept rows)"),
      seed: job.seed, threads: job.threads, console: job.console, interruption: job.interruption)
    evaluation.deadline = deadline
    let result = try evaluation.run(
      real: job.data.table, samplings: samplings, holdout: holdout, training: TrainingDetails(model.report))
    try place.write(try HTMLReport(result).render())
    for judgement in [result.verdict.alike, result.verdict.safe, result.verdict.useful] {
      job.console.say(judgement.sentence)
    }
    job.console.say("wrote \(place.path)")
  }

  private func sample(_ model: any FittedSynthesizer, _ wish: SamplingWish, _ options: OptionValues, seed: UInt64)
    throws -> Table
  {
    var request = SampleRequest(rows: wish.rows ?? rows, seed: seed, threads: job.threads)
    request.includesMissing = wish.includesMissing
    request.options = options
    return try model.sampled(request) { try job.interruption.check() }
  }
}

extension TrainingDetails {
  /// How a training went, as the report shows it.
  init(_ report: FitReport) {
    self.init(
      method: report.method,
      curve: report.training.curve.map { .init(step: $0.step, training: $0.training, heldOut: $0.heldOut) },
      byNoise: (report.training.byNoise ?? []).map {
        .init(noise: $0.noise, training: $0.training, heldOut: $0.heldOut)
      }, verdict: report.verdict.rawValue, explanation: report.explanation)
  }
}
