import DiffusionCore
import Evaluation
import Foundation
import Tables
import Tensors

/// One evaluation as `evaluate` and `synth --report` run it: the choice of the target, progress, interruption.
struct EvaluationJob {
  /// What the tables are called.
  struct Names {
    var real: String, synthetic: String, holdout: String?
  }

  let judging: JudgingOptions
  /// What each column of the real table is.
  let schema: Schema
  let names: Names
  let seed: UInt64
  let threads: Int
  let console: Console
  /// Asked between parts; nil where an interruption may end the process at once.
  let interruption: Interruption?
  /// When everything should be measured; nil: whenever it is.
  var deadline: Deadline?

  /// Measures everything.
  func run(
    real: Table, samplings: [Table], holdout: Table?, training: TrainingDetails? = nil
  ) throws -> EvaluationResult {
    let (holdout, left) = try unseen(holdout, beside: real)
    let target = try chosenTarget(real)
    let prepared = try samplings.map {
      try ComparisonTables(
        schema: schema.without(judging.group), real: real, synthetic: $0, holdout: holdout, target: target,
        task: judging.task
      ).prepared()
    }
    let most = try affordableRows(prepared)
    if let group = judging.group { console.say("\(group) is left out: it names rows that belong together") }
    for (column, reason) in prepared[0].leftOut.sorted(by: { $0.key < $1.key }) {
      console.say("\(column) is left out: \(reason)")
    }
    let clock = Stopwatch()
    let last = Locked<(part: String, since: Double)?>(nil)
    @Sendable func ends() {
      guard let (part, since) = last.withValue({ $0 }) else { return }
      console.detail("\(part): \(Wording.span(clock.seconds - since))")
    }
    let evaluator = Evaluator(seed: seed, threads: threads, repeats: judging.repeats, mostRows: most) { part, share in
      try interruption?.check()
      ends()
      last.withValue { $0 = (part, clock.seconds) }
      console.progress(
        .init(
          phase: part, share: share, elapsed: clock.seconds,
          remaining: share > 0.05 ? clock.seconds / share * (1 - share) : nil))
    }
    defer {
      ends()
      console.endPhase()
    }
    var result = try evaluator.evaluate(
      prepared,
      subject: .init(
        real: names.real, synthetic: names.synthetic, holdout: names.holdout, seconds: clock.seconds,
        version: Langevin.configuration.version), training: training)
    if let left { result.notes.insert(left, at: 0) }
    if let most {
      result.notes.insert(
        "Of each table \(most) rows at most were judged, for there was no time for more; only rows that tables share were looked for among all.",
        at: 0)
    }
    return result
  }

  /// How many rows of each table can be judged in the time that is left, by what a few take; nil: all.
  private func affordableRows(_ samplings: [ComparisonTables.Prepared]) throws -> Int? {
    let few = 500, first = samplings[0].comparison
    let most = max(first.real.rowCount, first.synthetic.rowCount)
    guard let deadline, most > few else { return nil }
    let start = deadline.remaining
    _ = try Evaluator(seed: seed, threads: threads, mostRows: few) { [interruption] _, _ in
      try interruption?.check()
    }.figures(samplings[0])
    let seconds = start - deadline.remaining
    // Details of the first sampling take some more, and so does the page.
    let possible = Int(Double(few) * 0.6 * deadline.remaining / max(seconds * Double(samplings.count), 1e-6))
    guard possible < most else { return nil }
    let rows = max(possible, few)
    console.announce(.shortened("judged rows", "\(Wording.count(rows)) of each table at most"))
    return rows
  }

  /// The held-out rows of groups that the real table does not have, and what is to be said of the others.
  private func unseen(_ holdout: Table?, beside real: Table) throws -> (Table?, note: String?) {
    guard let group = judging.group else { return (holdout, nil) }
    _ = try schema.column(named: group)
    guard let holdout, let known = real[group], let asked = holdout[group] else {
      console.say("--group \(group) has no effect without held-out rows: it says which of them are unseen")
      return (holdout, nil)
    }
    let learned = Set(known.values.texts.compactMap(\.self))
    let rows = asked.values.texts.enumerated().filter { $1.map { !learned.contains($0) } ?? true }.map(\.offset)
    guard rows.count < holdout.rowCount else { return (holdout, nil) }
    guard !rows.isEmpty else {
      throw Failure(
        .badData, "every held-out row is of a group of the real table (\(group)): none is unseen",
        cure: "hold out whole groups, or leave out --group")
    }
    let note =
      "\(holdout.rowCount - rows.count) of the \(holdout.rowCount) held-out rows are of groups of the real table (\(group)) and were left out."
    console.say(note)
    return (holdout.rows(rows), note)
  }

  /// The target that was named, or the last column that can be predicted.
  private func chosenTarget(_ real: Table) throws -> String? {
    if let target = judging.target {
      guard target != judging.group else {
        throw Failure(.usage, "--target and --group name the same column, \(target)", cure: "leave one of them out")
      }
      // A column may bear the word itself.
      return target == "none" && schema["none"] == nil ? nil : target
    }
    let fit = schema.without(judging.group).columns.last { column in
      switch column.kind {
      case .identifier, .text, .constant: false
      case .category where column.levels.count > Utility.maximumClasses: false
      default: column.missingCount < real.rowCount
      }
    }
    if let fit {
      console.announce(
        Choice("target", fit.name, because: "it is the last column that can be predicted", flag: "--target"))
    }
    return fit?.name
  }
}
