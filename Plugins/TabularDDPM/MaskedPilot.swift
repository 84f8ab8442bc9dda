import DiffusionCore
import Foundation
import NeuralNetworks

/// Short trainings of several networks on a table of few rows, of which the best on held-out rows is taken.
///
/// Which size and how much dropout suit a table depends on the table more than on its size where there are few rows, or
/// few for so many slots. Trials are as long as the data say; where a time was given they take a part of it, are shortened to
/// two thirds, and then fewer, and the command that repeats the run names what they chose.
struct MaskedPilot: Sendable {
  /// Tables with at least so many rows, and so many for each slot, get the largest network: they hold enough to fill it.
  static let mostRows = 5000, mostRowsPerSlot = 500
  /// The share of the time that trials may take: the training proper of a few hundred rows is over soon.
  let timeShare: Double
  /// The steps by which the pace is measured, after a few that are slower.
  private static let timedSteps = 25, slowSteps = 5

  /// A network that is tried.
  struct Candidate: Sendable, Equatable {
    var width: Int, dropout: Double
  }

  /// What is tried, in order of what is tried where time is short.
  let candidates: [Candidate]
  /// What the table gets where there is no time for trials; nil: what it would get without them.
  let fallback: Candidate?
  /// By how much less held-out loss another network must have than the first, in nats a row. Rows that a network with much
  /// dropout makes are blurred, which held-out loss hardly shows: on shoppers dropout of .4 gains .09 nats, and boosted trees
  /// tell its rows from unseen ones with an AUC of .55 instead of .53.
  let margin: Double
  /// The steps of each trial.
  let steps: Int

  /// Trials for a table; nil where it has rows enough, or where its training is too short for trials.
  ///
  /// - Parameters:
  ///   - rows: rows to train on.
  ///   - width: of the network that it would get without trials.
  ///   - fixedSteps: the steps that training is to take, where the user fixed them.
  init?(rows: Int, slots: Int, width: Int, fixedSteps: Int?) {
    if rows < Self.mostRows, slots <= 64 {
      candidates = [(64, 0.1), (128, 0.1), (128, 0.3), (256, 0.2)].map { Candidate(width: $0.0, dropout: $0.1) }
      // Below 1,000 rows steps cost little, and short trials favour wide networks, which learn fast and overfit: on
      // penguins 300 steps took width 256, which never came below 7.84 nats; width 64 came to 7.11.
      steps = rows < 1000 ? 1000 : 300
      timeShare = rows < 1000 ? 0.6 : 1.0 / 3
      fallback = rows < 1000 ? candidates[0] : nil
      margin = 0
      return
    }
    guard rows < max(Self.mostRows, Self.mostRowsPerSlot * slots) else { return nil }
    candidates = [(width, 0.2), (width, 0.4), (max(width / 4, 64), 0.2)].map {
      Candidate(width: $0.0, dropout: $0.1)
    }
    timeShare = 1.0 / 3
    fallback = nil
    margin = 0.2
    // Long enough for a network that overfits to turn, and all together no longer than half of the training.
    steps = min(600, (fixedSteps ?? .max) / (2 * candidates.count))
    if steps < 100 { return nil }
  }

  /// The network that did best.
  ///
  /// - Parameters:
  ///   - seconds: the time that trials may take; nil for as long as it takes. A trial that does not end in time does not
  ///     count.
  ///   - make: a network at its start and the task of training it.
  /// - Throws: what a training throws; `CancellationError` where it was stopped.
  func choose(
    _ plan: MaskedOptions.Plan, seconds: Double?, shouldContinue: (TrainingProgress) -> Bool,
    make: (ComponentChoice) throws -> (store: ParameterStore, task: MaskedTask)
  ) throws -> Result {
    func network(_ candidate: Candidate) -> ComponentChoice {
      var network = plan.network
      network.options["width"] = .integer(candidate.width)
      network.options["dropout"] = .number(candidate.dropout)
      return network
    }
    let untried = fallback.map(network) ?? plan.network
    let clock = Stopwatch()
    func isOver() -> Bool { clock.seconds > seconds ?? .infinity }
    /// Trains a candidate for so many steps; nil where the time was over before.
    func trained(
      _ candidate: Candidate, steps: Int, watch: (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainingSummary? {
      let (store, task) = try make(network(candidate))
      var pilot = plan.training
      pilot.steps = steps
      (pilot.budget, pilot.falls) = (nil, nil)
      var isStopped = false
      do {
        return try Trainer(pilot).train(store, objective: task) { progress in
          watch(progress)
          isStopped = !shouldContinue(.notBegun)
          return !isStopped && !isOver()
        }
      } catch is CancellationError where !isStopped {
        return nil
      }
    }
    var round = Round(candidates: candidates, steps: steps)
    if let seconds {
      var times: [Int: Double] = [:]
      _ = try trained(candidates[0], steps: Self.timedSteps) { times[$0.step] = $0.elapsed }
      guard let first = times[Self.slowSteps], let last = times[Self.timedSteps] else {
        return Result(network: untried, tried: 0)
      }
      round = affordable(
        stepOfFirst: (last - first) / Double(Self.timedSteps - Self.slowSteps), seconds: seconds - clock.seconds)
    }
    var losses: [Double] = []
    for candidate in round.candidates where !isOver() {
      guard let summary = try trained(candidate, steps: round.steps) else { break }
      losses.append(summary.curve.compactMap(\.heldOut).min() ?? .infinity)
    }
    let best = best(of: losses).map { network(round.candidates[$0]) }
    return Result(network: best ?? untried, tried: losses.count)
  }

  /// The candidate to take, by the held-out losses of the first ones; nil where there are not two, as one compares nothing.
  func best(of losses: [Double]) -> Int? {
    guard losses.count > 1, losses.contains(where: \.isFinite) else { return nil }
    func cost(_ place: Int) -> Double { losses[place] + (place == 0 ? 0 : margin) }
    return losses.indices.min { cost($0) < cost($1) }
  }

  /// Trials that are made.
  struct Round: Sendable, Equatable {
    var candidates: [Candidate], steps: Int
  }

  /// The trials for which there is time: as many as possible, with two thirds of the steps at least; none where not two fit.
  ///
  /// - Parameter stepOfFirst: the seconds that a step of the first candidate takes; wider networks take more.
  func affordable(stepOfFirst: Double, seconds: Double) -> Round {
    for count in stride(from: candidates.count, through: 2, by: -1) {
      let some = Array(candidates.prefix(count))
      let step = some.reduce(0.0) { sum, candidate in
        sum + stepOfFirst * max(1, pow(Double(candidate.width) / Double(candidates[0].width), 1.2))
      }
      let possible = Int(clamping: seconds / max(step, 1e-9))
      if 3 * possible >= 2 * steps { return Round(candidates: some, steps: min(possible, steps)) }
    }
    return Round(candidates: [], steps: steps)
  }

  /// What trials came to.
  struct Result: Sendable {
    var network: ComponentChoice
    /// How many trials ended in time.
    var tried: Int
  }
}

extension TrainingProgress {
  /// What a run looks like before its training proper has begun.
  fileprivate static let notBegun = TrainingProgress(step: 0, share: 0, loss: 0, elapsed: 0)
}
