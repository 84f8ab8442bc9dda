import DiffusionCore
import Dispatch
import Foundation
import NeuralNetworks

/// Short trainings of several networks on a table of few rows, of which the best on held-out rows is taken.
///
/// Which size and how much dropout suit a table depends on the table more than on its size where there are few rows, or
/// few for so many slots. Trials are as long as the data say; where a time was given they take a third of it at most, and
/// the command that repeats the run names what they chose.
struct MaskedPilot: Sendable {
  /// Tables with at least so many rows, and so many for each slot, get the largest network: they hold enough to fill it.
  static let mostRows = 5000, mostRowsPerSlot = 500
  /// The share of the time that trials may take.
  static let timeShare = 1.0 / 3
  /// After so many steps a trial is given up that would not end in time.
  private static let timedSteps = 20

  /// A network that is tried.
  struct Candidate: Sendable, Equatable {
    var width: Int, dropout: Double
  }

  /// What is tried, in order: the first is what the table would get without trials, or near it.
  let candidates: [Candidate]
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
      return
    }
    guard rows < max(Self.mostRows, Self.mostRowsPerSlot * slots) else { return nil }
    candidates = [(width, 0.2), (width, 0.4), (max(width / 4, 64), 0.2)].map {
      Candidate(width: $0.0, dropout: $0.1)
    }
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
    var best: (network: ComponentChoice, loss: Double)?
    var tried = 0
    let start = DispatchTime.now().uptimeNanoseconds
    func spent() -> Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
    func isOver() -> Bool { spent() > seconds ?? .infinity }
    for candidate in candidates where !isOver() {
      var network = plan.network
      network.options["width"] = .integer(candidate.width)
      network.options["dropout"] = .number(candidate.dropout)
      let (store, task) = try make(network)
      var pilot = plan.training
      pilot.steps = steps
      (pilot.budget, pilot.falls) = (nil, nil)
      var isStopped = false
      do {
        // One trial compares nothing: the first begins only where there is time for two.
        let fewest = tried == 0 ? 2.0 : 1
        let left = seconds.map { $0 - spent() }
        let summary = try Trainer(pilot).train(store, objective: task) { progress in
          isStopped = !shouldContinue(.notBegun)
          guard !isStopped, !isOver() else { return false }
          guard progress.step == Self.timedSteps, let left else { return true }
          return fewest * progress.elapsed / Double(progress.step) * Double(steps) <= left
        }
        tried += 1
        let loss = summary.curve.compactMap(\.heldOut).min() ?? .infinity
        if loss < best?.loss ?? .infinity { best = (network, loss) }
      } catch is CancellationError where !isStopped {
        break
      }
    }
    return Result(network: best?.network ?? plan.network, tried: tried)
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
