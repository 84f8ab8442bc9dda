import DiffusionCore
import NeuralNetworks

/// TabDDPM's loss, with any cells of a row known.
///
/// A row is noised at a step t drawn uniformly from 1 ... T. Numbers: the mean squared error of the predicted noise
/// (Ho et al. 2020, equation 14). Categories: T times the divergence of the predicted from the true posterior
/// (``MultinomialStep``), as a mean over categories. The loss is the sum of both (Kotelnikov et al. 2023, equation 10).
/// The constant prior term of the bound is left out.
///
/// Half of the rows are wholly unknown, as published. In the others a random number of randomly chosen columns is known:
/// shown clean, marked as known, and not scored. A missing cell is not scored either; its number is shown as pure noise,
/// which has the same marginal at every step.
struct DDPMObjective: Sendable {
  let layout: DDPMLayout
  let network: DDPMNetwork
  let schedule: SteppedSchedule
  /// √ᾱ, √(1 − ᾱ) and ᾱ by t = 0 ... T.
  private let signal: [Float], noise: [Float], kept: [Float]
  /// The step from t to t − 1, by t − 1.
  private let steps: [MultinomialStep]

  init(network: DDPMNetwork, schedule: SteppedSchedule) {
    layout = network.layout
    self.network = network
    self.schedule = schedule
    let gaussian = GaussianDiffusion(schedule: schedule)
    signal = gaussian.signal.map { Float($0) }
    noise = gaussian.noise.map { Float($0) }
    kept = gaussian.cumulative.map { Float($0) }
    steps = (1...schedule.steps).map { MultinomialStep(from: $0, to: $0 - 1, schedule: schedule) }
  }

  /// What the network sees of some rows, and what it should say.
  private struct Batch {
    var input: DDPMInput
    /// `[rows, numbers]`: ε, and whether it counts.
    var noise: [Float], scoresNumber: [Bool]
    /// `[rows, categories]`: c₀ where it counts, below zero elsewhere; and c_t.
    var clean: [Int32], noisy: [Int32]
  }

  /// The loss of some rows: the sum over rows of weight × their loss, `[1, 1]`.
  ///
  /// - Parameters:
  ///   - rows: indices into the data.
  ///   - step: t for each of them.
  func loss(
    _ data: CodedTable, rows: ArraySlice<Int32>, step: (_ place: Int, inout RandomStream) -> Int, weight: Float,
    random: RandomStream, on tape: Tape
  ) -> Variable {
    var random = random
    var batch = Batch(
      input: DDPMInput(rows: rows.count, layout: layout),
      noise: Array(repeating: 0, count: rows.count * layout.numbers.count),
      scoresNumber: Array(repeating: false, count: rows.count * layout.numbers.count),
      clean: Array(repeating: -1, count: rows.count * layout.categories.count),
      noisy: Array(repeating: -1, count: rows.count * layout.categories.count))
    var order = Array(layout.cells.indices)
    for (row, source) in rows.enumerated() {
      let t = step(row, &random)
      batch.input.steps[row] = Int32(t)
      let known = drawKnown(&order, &random)
      for (place, index) in order.enumerated() {
        let cell = layout.cells[index]
        if place < known {
          show(cell, of: Int(source), in: data, row: row, &batch)
        } else {
          blur(cell, of: Int(source), in: data, row: row, step: t, &batch, &random)
        }
      }
    }
    return loss(of: network(batch.input, on: tape), batch, weight: weight)
  }

  /// Puts the known cells first and says how many they are.
  private func drawKnown(_ order: inout [Int], _ random: inout RandomStream) -> Int {
    guard order.count > 1, random.nextWord() & 1 == 0 else { return 0 }
    let known = 1 + random.integer(below: order.count - 1)
    for place in 0..<known { order.swapAt(place, place + random.integer(below: order.count - place)) }
    return known
  }

  /// Shows a cell clean.
  private func show(_ cell: DDPMLayout.Cell, of source: Int, in data: CodedTable, row: Int, _ batch: inout Batch) {
    var isMissing = false
    for index in cell.categories {
      let category = layout.categories[index]
      let code = data.codes[source * layout.slots + category.slot]
      if let missing = category.missing, Int(code) == missing { isMissing = true }
      batch.input.set(category: index, row: row, class: code, isKnown: true, layout: layout)
    }
    guard let number = cell.number, !isMissing else { return }
    batch.input.set(
      number: number, row: row, score: data.scores[source * layout.scores + layout.numbers[number].score],
      isKnown: true, layout: layout)
  }

  /// Shows a cell with noise and notes what was added.
  private func blur(
    _ cell: DDPMLayout.Cell, of source: Int, in data: CodedTable, row: Int, step t: Int, _ batch: inout Batch,
    _ random: inout RandomStream
  ) {
    var isMissing = false
    for index in cell.categories {
      let category = layout.categories[index]
      let code = data.codes[source * layout.slots + category.slot]
      if let missing = category.missing, Int(code) == missing { isMissing = true }
      // q(c_t | c₀): kept with ᾱ_t, else any class. A class that the row does not have is wholly noise.
      let isKept = random.uniform() < kept[t] && code >= 0
      let noisy = isKept ? code : Int32(random.integer(below: category.size))
      let at = row * layout.categories.count + index
      batch.clean[at] = code
      batch.noisy[at] = noisy
      batch.input.set(category: index, row: row, class: noisy, isKnown: false, layout: layout)
    }
    guard let number = cell.number else { return }
    let epsilon = random.normal()
    let at = row * layout.numbers.count + number
    let clean = data.scores[source * layout.scores + layout.numbers[number].score]
    batch.noise[at] = epsilon
    batch.scoresNumber[at] = !isMissing
    // x_t = √ᾱ x₀ + √(1 − ᾱ) ε
    batch.input.set(
      number: number, row: row, score: isMissing ? epsilon : signal[t] * clean + noise[t] * epsilon, isKnown: false,
      layout: layout)
  }

  private func loss(of output: Variable, _ batch: Batch, weight: Float) -> Variable {
    let numbers = layout.numbers.count, categories = layout.categories.count, width = layout.outputs
    return output.customLoss { values, slope in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.largestCategory) { scratch in
        var total = 0.0
        for row in 0..<batch.input.rows {
          let predicted = values + row * width, derivative = slope.map { $0 + row * width }
          let counted = (0..<numbers).reduce(0) { $0 + (batch.scoresNumber[row * numbers + $1] ? 1 : 0) }
          if counted > 0 {
            let share = weight / Float(counted)
            for (number, slot) in layout.numbers.enumerated() where batch.scoresNumber[row * numbers + number] {
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
