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
  static let steps = 300

  /// Whether a table is small enough for trials.
  static func suits(rows: Int, slots: Int) -> Bool { rows < mostRows && slots <= mostSlots }

  static let candidates: [(width: Int, dropout: Float)] = [(64, 0.1), (128, 0.1), (128, 0.3), (256, 0.2)]

  /// The settings with the width and the dropout that did best.
  static func choose(
    _ plan: MaskedOptions.Plan, coding: TableCoding, data: CodedTable, training: [Int32], heldOut: [Int32],
    random: RandomStream, shouldContinue: (TrainingProgress) -> Bool
  ) throws -> MaskedNetworkSettings {
    var best = (settings: plan.network, loss: Double.infinity)
    for candidate in candidates {
      var settings = plan.network
      (settings.width, settings.dropout) = candidate
      let (store, task) = MaskedTask.make(
        coding, settings: settings, data: data, training: training, heldOut: heldOut, random: random)
      var pilot = plan.training
      pilot.steps = steps
      pilot.budget = nil
      let summary = try Trainer(pilot).train(store, objective: task, shouldContinue: { _ in shouldContinue(.notBegun) })
      let loss = summary.curve.compactMap(\.heldOut).min() ?? .infinity
      if loss < best.loss { best = (settings, loss) }
    }
    return best.settings
  }
}

extension TrainingProgress {
  /// What a run looks like before its training proper has begun.
  fileprivate static let notBegun = TrainingProgress(step: 0, share: 0, loss: 0, elapsed: 0)
}
