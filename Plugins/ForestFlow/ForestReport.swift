import DiffusionCore
import DownstreamModels

/// How a training went, in figures and words.
struct ForestReport {
  let training: ForestTraining
  let plan: ForestPlan
  let result: ForestTraining.Result

  /// - Parameter choices: all that were made.
  func report(choices: [Choice]) throws -> FitReport {
    let rounds = result.rounds, trees = rounds.reduce(0, +) * training.parts * training.width
    let splits = result.forests.joined().reduce(0) { $0 + $1.splits }
    var summary = TrainingSummary()
    summary.steps = rounds.reduce(0, +)
    summary.bestStep = summary.steps
    summary.seconds = result.seconds
    summary.stoppedEarly = !result.isShort
    var report = FitReport(
      method: ForestFlowMethod.id, trainingRows: training.split.training.count,
      heldOutRows: training.split.heldOut.count,
      // A cut for every split, and a value for every leaf.
      parameters: 2 * splits + trees, training: summary, trainingLoss: nil, heldOutLoss: nil, verdict: .unknown,
      explanation: "There were too few rows to hold any out, so nothing can be said about memorising.", choices: choices
    )
    guard let trial = result.trial else {
      if plan.timedTrees != nil {
        report.explanation =
          "There was no time to try on held-out rows how many trees are right, so nothing can be said about memorising. "
          + "Give it a larger --budget."
      }
      return report
    }
    let most = rounds.max() ?? 1
    func errors(after round: Int) -> (training: Double, heldOut: Double) {
      (
        trial.mean(\.training, after: round, rounds: rounds), trial.mean(\.heldOut, after: round, rounds: rounds)
      )
    }
    let before = errors(after: 0), after = errors(after: most)
    report.training.initialHeldOut = before.heldOut
    report.training.curve = trial.points(rounds: rounds, times: plan.path.times)
    report.training.byNoise = trial.curves.reversed().map { curve in
      func last(_ values: [Double]) -> Double { values[min(rounds[curve.level], values.count - 1)] }
      return .init(
        noise: 1 - plan.path.time(curve.level), training: last(curve.training), heldOut: last(curve.heldOut))
    }
    report.trainingLoss = after.training
    report.heldOutLoss = after.heldOut
    guard training.split.heldOut.count >= 20 else {
      report.explanation =
        "Only \(training.split.heldOut.count) rows were held out: enough to choose the number of trees, too few to tell "
        + "of memorising."
      return report
    }
    // As the other methods judge: what was learned of one's own rows and not of others.
    let learned = before.heldOut - after.heldOut, learnedOfOwn = before.training - after.training
    let figures =
      "squared error \(Self.text(after.heldOut)) on rows it had not seen, \(Self.text(after.training)) on its own"
    if learnedOfOwn - learned > 0.5 * learned {
      report.verdict = .memorising
      report.explanation =
        "Memorising: \(figures). More data, shallower trees (--set depth) or fewer of them (--set trees) would help."
    } else if result.isShort {
      report.verdict = .underfitted
      report.explanation =
        "Underfitted: \(figures), and held-out rows asked for more trees. Give it a larger "
        + (training.run.steps == nil ? "--budget." : "--steps.")
    } else {
      report.verdict = .right
      report.explanation =
        "Right: \(figures). The error is that of the velocity between noise and rows: compare it only with other runs of "
        + "this method on these data."
    }
    return report
  }

  private static func text(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }
}
