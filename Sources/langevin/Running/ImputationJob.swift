import DiffusionCore
import Evaluation
import Foundation
import Imputing
import Tables

/// A model that fills gaps, its method, and what was measured when it was fitted.
struct FillingModel {
  let model: any FittedImputer, method: any Imputer
  let check: SelfCheckResult?
  /// What the command that repeats the run needs, where time decided which methods were measured.
  var repeating: [String] = []
}

/// One fit of a method that fills gaps, with its self-check, as `impute` and `fit --task impute` run it.
struct ImputationJob: TrainingSession {
  let input: ImputationInput
  var selection: ImputerSelection
  /// Gaps that are not filled, and so not tried either.
  var limit: GapLimit?
  let training: TrainingOptions
  let seed: UInt64
  let threads: Int
  let place: OutputPlace
  let checkpoint: CheckpointFile?
  let console: Console
  let interruption: Interruption
  let clock: Stopwatch

  /// Fits, measures, and says what was found and chosen.
  func run() throws -> FillingModel {
    let (table, schema) = input.modelled
    let wanted = Set(input.wanted)
    let columns = table.columns.indices.filter { wanted.contains(table.columns[$0].name) }
    let longest = limit.flatMap { limit in input.index.flatMap { limit.steps(in: $0) } }
    let outcome = try run { run in
      try selection.fit(
        table, schema: schema, columns: columns, longest: longest, run: run
      ) { [console, interruption, clock] phase, share in
        try interruption.check()
        console.progress(.init(phase: phase, share: share, elapsed: clock.seconds, remaining: nil))
      }
    }
    let id = outcome.method.descriptor.id
    if let check = outcome.check {
      console.say(SelfCheckText(check, width: Terminal.width(of: 2)).text)
      console.announce(Choice("method", id, because: check.reason, flag: selection.isFixed ? "" : "--method"))
    } else {
      if let why = outcome.unchecked { console.say("no self-check: \(why)") }
      if !selection.isFixed {
        let isPlain = outcome.method.isBaseline && outcome.unchecked != nil
        let reason = isPlain ? "it needs little to learn from" : "it is the first of its kind"
        console.announce(Choice("method", id, because: reason, flag: "--method"))
      }
    }
    guard !outcome.dropped.isEmpty else {
      return FillingModel(model: outcome.model, method: outcome.method, check: outcome.check)
    }
    console.announce(
      Choice(
        "self-check", "without \(outcome.dropped.joined(separator: ", "))", because: "there was no time left",
        flag: "--budget"))
    return FillingModel(
      model: outcome.model, method: outcome.method, check: outcome.check,
      // What has learned all cells is what learns where nothing is measured.
      repeating: (outcome.learnedAll ? ["--no-check"] : []) + (selection.isFixed ? [] : ["--method", id]))
  }
}
