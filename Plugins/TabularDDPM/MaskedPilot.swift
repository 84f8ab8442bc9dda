import DiffusionCore
import Foundation
import NeuralNetworks

/// Short trainings of several networks on a small table, of which the best on held-out rows is taken.
///
/// Which size and how much dropout suit a table of a few hundred or thousand rows depends on the table more than on its
/// size, and trying costs seconds there. The pilot is as long as the data say, never as the clock says, so that the
/// choice is the same on every machine and for every budget.
enum MaskedPilot {
  /// Tables with at least so many rows get the largest network: they hold enough to fill it, and trying would cost.
  static let mostRows = 5000
  /// Wide tables make every step dear, so that trials would take the time of the training.
  static let mostSlots = 64
  /// The length of a trial. Below 1,000 rows steps cost little, and short trials favour wide networks, which learn fast and
  /// overfit: on penguins 300 steps took width 256, which never came below 7.84 nats; width 64 came to 7.11.
  static func steps(rows: Int) -> Int { rows < 1000 ? 1000 : 300 }

  /// Whether a table is small enough for trials.
  static func suits(rows: Int, slots: Int) -> Bool { rows < mostRows && slots <= mostSlots }

  static let candidates: [(width: Int, dropout: Double)] = [(64, 0.1), (128, 0.1), (128, 0.3), (256, 0.2)]

  /// The network with the width and the dropout that did best.
  static func choose(
    _ plan: MaskedOptions.Plan, from menu: DenoiserMenu, coding: TableCoding, data: Cells, training: [Int32],
    heldOut: [Int32], random: RandomStream, shouldContinue: (TrainingProgress) -> Bool
  ) throws -> ComponentChoice {
    var best = (network: plan.network, loss: Double.infinity)
    for candidate in candidates {
      var network = plan.network
      network.options["width"] = .integer(candidate.width)
      network.options["dropout"] = .number(candidate.dropout)
      let (store, task) = MaskedTask.make(
        coding, denoiser: try menu.make(network), data: data, training: training, heldOut: heldOut, random: random)
      var pilot = plan.training
      pilot.steps = steps(rows: training.count)
      pilot.budget = nil
      let summary = try Trainer(pilot).train(store, objective: task, shouldContinue: { _ in shouldContinue(.notBegun) })
      let loss = summary.curve.compactMap(\.heldOut).min() ?? .infinity
      if loss < best.loss { best = (network, loss) }
    }
    return best.network
  }
}

extension TrainingProgress {
  /// What a run looks like before its training proper has begun.
  fileprivate static let notBegun = TrainingProgress(step: 0, share: 0, loss: 0, elapsed: 0)
}
