import DiffusionCore
import NeuralNetworks

/// TabDDPM's loss, with any cells of a row known.
///
/// A row is noised at a step t drawn uniformly from 1 ... T. Numbers: the mean squared error of the predicted noise
/// (Ho et al. 2020, equation 14). Categories: T times the divergence of the predicted from the true posterior
/// (``MultinomialStep``), as a mean over categories. The loss is the sum of both (Kotelnikov et al. 2023, section 3).
/// The constant prior term of the bound is left out.
///
/// Half of the rows are wholly unknown, as published. In the others a random number of randomly chosen columns is known:
/// shown clean, marked as known, and not scored. A missing cell is not scored either; its number is shown as pure noise,
/// which has the same marginal at every step.
package struct DDPMObjective: Sendable {
  package let layout: DDPMLayout
  let network: DDPMNetwork
  let schedule: SteppedSchedule
  private let gaussian: GaussianDiffusion
  /// The step from t to t − 1, by t − 1.
  private let steps: [MultinomialStep]

  package init(network: DDPMNetwork, schedule: SteppedSchedule) {
    layout = network.layout
    self.network = network
    self.schedule = schedule
    gaussian = GaussianDiffusion(schedule: schedule)
    steps = (1...schedule.steps).map { MultinomialStep(from: $0, to: $0 - 1, schedule: schedule) }
  }

  /// The level after t steps.
  package func level(_ t: Int) -> NoiseLevel { gaussian.level(step: t) }

  /// The loss of some rows: the sum over rows of weight × their loss, `[1, 1]`.
  ///
  /// - Parameters:
  ///   - rows: indices into the data.
  ///   - step: t for each of them.
  func loss(
    _ data: Cells, rows: ArraySlice<Int32>, step: (_ place: Int, inout RandomStream) -> Int, weight: Float,
    random: RandomStream, on tape: Tape
  ) -> Variable {
    var random = random
    var batch = NoisyBatch(rows: rows.count, layout: layout)
    var order = Array(layout.cells.indices)
    for (row, source) in rows.enumerated() {
      let t = step(row, &random)
      let known = NoisyBatch.drawKnown(&order, &random)
      batch.fill(
        row, with: Int(source), of: data, step: t, level: level(t), known: order[..<known], unknown: order[known...],
        &random)
    }
    return loss(of: network(batch.input, on: tape), batch, weight: weight)
  }

  /// The loss of what a network says of a noisy batch: the sum over rows of weight × their loss, `[1, 1]`.
  ///
  /// - Parameter output: `[rows, outputs]`.
  package func loss(of output: Variable, _ batch: NoisyBatch, weight: Float) -> Variable {
    let numbers = layout.numbers.count, categories = layout.categories.count, width = layout.outputs
    return output.customLoss { values, slope in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.largestCategory) { scratch in
        var total = 0.0
        for row in 0..<batch.input.rows {
          let predicted = values + row * width, derivative = slope.map { $0 + row * width }
          let counted = (0..<numbers).reduce(0) { $0 + (batch.countsNumber[row * numbers + $1] ? 1 : 0) }
          if counted > 0 {
            let share = weight / Float(counted)
            for (number, slot) in layout.numbers.enumerated() where batch.countsNumber[row * numbers + number] {
              let error = predicted[slot.output] - batch.noise[row * numbers + number]
              total += Double(share * error * error)
              derivative?[slot.output] = 2 * share * error
            }
          }
          let judged = (0..<categories).reduce(0) { $0 + (batch.clean[row * categories + $1] >= 0 ? 1 : 0) }
          guard judged > 0 else { continue }
          // 1 / p(t) = T makes one step stand for the bound's whole sum.
          let share = weight * Float(schedule.steps) / Float(judged)
          let reverse = steps[Int(batch.input.steps[row]) - 1]
          for (index, category) in layout.categories.enumerated() where batch.clean[row * categories + index] >= 0 {
            let at = row * categories + index
            let divergence = reverse.divergence(
              predicted + category.output, size: category.size, clean: Int(batch.clean[at]),
              noisy: Int(batch.noisy[at]),
              weight: share, scratch: scratch.baseAddress!, slope: derivative.map { $0 + category.output })
            total += Double(share * divergence)
          }
        }
        return total
      }
    }
  }
}
