import DiffusionCore
import Foundation
import NeuralNetworks

/// How generated rows are walked from noise to data.
struct DDPMSampling: Sendable, Codable, Equatable {
  enum Kind: String, Sendable, Codable, CaseIterable {
    /// Fresh noise at every step: TabDDPM's own.
    case ddpm
    /// Deterministic but for η: fewer evaluations.
    case ddim
    /// Second order and deterministic.
    case dpmSolver = "dpm-solver-2m"
  }
  var kind = Kind.ddpm
  /// At most T; `nil` for T.
  var evaluations: Int?
  /// Which variance `ddpm` draws.
  var variance = AncestralSampler.Variance.forward
  /// How noisy `ddim` is.
  var eta = 0.0

  var sampler: any Sampler {
    switch kind {
    case .ddpm: AncestralSampler(variance: variance)
    case .ddim: DDIMSampler(eta: eta)
    case .dpmSolver: DPMSolverSampler()
    }
  }
}

/// Generates the unknown cells of rows.
///
/// Numbers are carried by one of the core's samplers; whenever it asks for clean numbers, one evaluation of the network
/// gives them, and the categories take their own step with the same evaluation, drawn from the posterior of the two noise
/// levels (Kotelnikov et al. 2023, section 3; Hoogeboom et al. 2021, section 4). Known cells are shown clean throughout.
///
/// A predicted clean score is clipped to the largest that the training data can have. The published code does not clip;
/// near t = T, where little signal is left, the clean value is the noise's error divided by almost nothing, and on wide
/// tables (46 numbers of "news") samples run away and all values become extremes.
struct DDPMSampler: Sendable {
  let objective: DDPMObjective
  let coding: DDPMCoding
  var sampling: DDPMSampling
  var generatesMissing = true

  /// - Parameter start: codes with ``Cells/unknown`` where a cell is to be made.
  func sample(_ start: MaskedSampler.Rows, random: RandomStream, on tape: Tape) throws -> MaskedSampler.Rows {
    let layout = objective.layout, numbers = layout.numbers.count
    var rows = start
    var categoryRandom = random.child(0), numberRandom = random.child(1)
    let needed = rows.codes.contains(Cells.unknown)
    guard needed, !layout.cells.isEmpty else { return finished(rows, start: start) }

    let visited = DDPMSchedule.visited(
      of: objective.schedule.steps, evaluations: sampling.evaluations ?? objective.schedule.steps)
    let path = visited.map { objective.schedule.level(step: $0) }
    // Pure noise: any class, any score.
    var noisy = [Int32](repeating: -1, count: rows.count * layout.categories.count)
    for row in 0..<rows.count {
      for (index, category) in layout.categories.enumerated() where isUnknown(start, row, category.slot) {
        noisy[row * layout.categories.count + index] = Int32(categoryRandom.integer(below: category.size))
      }
    }
    let noise = Tensor(numberRandom.normals(rows.count * numbers), shape: [rows.count, numbers])
    var asked = 0
    let scores = try sampling.sampler.sample(from: noise, along: path, random: &numberRandom) { scores, level in
      defer { asked += 1 }
      let input = input(start, scores: scores, noisy: noisy, step: visited[asked])
      tape.reset()
      let output = objective.network(input, on: tape)
      guard output.isFinite else { throw ArchiveError(.overflow(what: "predictions")) }
      let step = MultinomialStep(from: visited[asked], to: visited[asked + 1], schedule: objective.schedule)
      advance(&noisy, output, step, start: start, &categoryRandom)
      return clean(scores, output, level)
    }
    for row in 0..<rows.count {
      for (index, category) in layout.categories.enumerated() where isUnknown(start, row, category.slot) {
        rows.codes[row * layout.slots + category.slot] = noisy[row * layout.categories.count + index]
      }
      for (index, number) in layout.numbers.enumerated() where isUnknown(start, row, number.slot) {
        rows.scores[row * layout.scores + number.score] = min(max(scores[row, index], -number.limit), number.limit)
      }
    }
    return finished(rows, start: start)
  }

  private func isUnknown(_ rows: MaskedSampler.Rows, _ row: Int, _ slot: Int) -> Bool {
    rows.codes[row * objective.layout.slots + slot] == Cells.unknown
  }

  private func input(_ start: MaskedSampler.Rows, scores: Tensor, noisy: [Int32], step: Int) -> DDPMInput {
    let layout = objective.layout
    var input = DDPMInput(rows: start.count, layout: layout)
    for row in 0..<start.count {
      input.steps[row] = Int32(step)
      for (index, category) in layout.categories.enumerated() {
        let code = start.codes[row * layout.slots + category.slot]
        let isKnown = code != Cells.unknown
        input.set(
          category: index, row: row, class: isKnown ? code : noisy[row * layout.categories.count + index],
          isKnown: isKnown, layout: layout)
      }
      for (index, number) in layout.numbers.enumerated() {
        let code = start.codes[row * layout.slots + number.slot]
        if code == Cells.notApplicable { continue }
        let isKnown = code != Cells.unknown
        input.set(
          number: index, row: row,
          score: isKnown ? start.scores[row * layout.scores + number.score] : scores[row, index], isKnown: isKnown,
          layout: layout)
      }
    }
    return input
  }

  /// x̂₀ = (x_t − √(1 − ᾱ) ε̂) / √ᾱ, clipped.
  private func clean(_ noisy: Tensor, _ output: Variable, _ level: NoiseLevel) -> Tensor {
    let layout = objective.layout
    let (x, p) = Parameterization.noise.factors(at: level)
    var result = noisy
    for row in 0..<output.rows {
      for (index, number) in layout.numbers.enumerated() {
        let predicted = output.values[row * output.columns + number.output]
        let value = Float(x) * noisy[row, index] + Float(p) * predicted
        result[row, index] = min(max(value, -number.limit), number.limit)
      }
    }
    return result
  }

  /// Draws every unknown category at the next noise level.
  private func advance(
    _ noisy: inout [Int32], _ output: Variable, _ step: MultinomialStep, start: MaskedSampler.Rows,
    _ random: inout RandomStream
  ) {
    let layout = objective.layout, width = layout.largestCategory
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { memory in
      let scratch = memory.baseAddress!, own = scratch + width
      for row in 0..<start.count {
        for (index, category) in layout.categories.enumerated() where isUnknown(start, row, category.slot) {
          let at = row * layout.categories.count + index
          own.update(
            from: output.values.baseAddress! + row * output.columns + category.output, count: category.size)
          if !generatesMissing, let missing = category.missing { own[missing] = -.infinity }
          noisy[at] = Int32(
            step.draw(own, size: category.size, noisy: Int(noisy[at]), scratch: scratch, random: random.uniform()))
        }
      }
    }
  }

  /// Marks what missing cells do not have, and writes the numbers.
  private func finished(_ rows: MaskedSampler.Rows, start: MaskedSampler.Rows) -> MaskedSampler.Rows {
    let layout = objective.layout, columns = coding.table.columns
    var rows = rows
    for row in 0..<rows.count {
      for cell in layout.cells {
        let isMissing = cell.categories.contains { index in
          let category = layout.categories[index]
          return category.missing.map { Int(rows.codes[row * layout.slots + category.slot]) == $0 } ?? false
        }
        let at = row * columns.count + cell.column
        if let number = cell.number {
          let slot = layout.numbers[number].slot
          let wasKnown = !isUnknown(start, row, slot)
          rows.codes[row * layout.slots + slot] = isMissing ? Cells.notApplicable : 0
          if wasKnown, !isMissing, !rows.numbers[at].isNaN { continue }
          rows.numbers[at] =
            isMissing
            ? .nan : coding.number(cell.column, score: rows.scores[row * layout.scores + layout.numbers[number].score])
        } else if case .values(let values, _) = columns[cell.column].content {
          let code = Int(rows.codes[row * layout.slots + layout.categories[cell.categories.lowerBound].slot])
          rows.numbers[at] = isMissing ? .nan : values[code]
        }
      }
    }
    return rows
  }
}
