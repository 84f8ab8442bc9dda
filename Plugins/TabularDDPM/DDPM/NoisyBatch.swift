import DiffusionCore
import Tensors

/// Rows at some noise level: what the network sees of them, and what it should say.
package struct NoisyBatch: Sendable {
  /// What the network sees.
  package var input: DDPMInput
  /// `[rows, numbers]`: the added noise ε, and whether its prediction counts.
  package var noise: [Float], countsNumber: [Bool]
  /// `[rows, categories]`: c₀ where its prediction counts, below zero elsewhere; and c_t.
  package var clean: [Int32], noisy: [Int32]
  private let layout: DDPMLayout

  /// A batch of nothing, to be filled row by row.
  package init(rows: Int, layout: DDPMLayout) {
    self.layout = layout
    input = DDPMInput(rows: rows, layout: layout)
    noise = Array(repeating: 0, count: rows * layout.numbers.count)
    countsNumber = Array(repeating: false, count: rows * layout.numbers.count)
    clean = Array(repeating: -1, count: rows * layout.categories.count)
    noisy = Array(repeating: -1, count: rows * layout.categories.count)
  }

  /// Fills a row from the data: known cells clean, the others with noise.
  mutating func fill(
    _ row: Int, with source: Int, of data: Cells, step t: Int, level: NoiseLevel, known: ArraySlice<Int>,
    unknown: ArraySlice<Int>, _ random: inout RandomStream
  ) {
    input.steps[row] = Int32(t)
    for cell in known { show(layout.cells[cell], of: source, in: data, row: row) }
    for cell in unknown { blur(layout.cells[cell], of: source, in: data, row: row, level, &random) }
  }

  /// Puts the known cells first and says how many they are.
  static func drawKnown(_ order: inout [Int], _ random: inout RandomStream) -> Int {
    guard order.count > 1, random.nextWord() & 1 == 0 else { return 0 }
    let known = 1 + random.integer(below: order.count - 1)
    for place in 0..<known { order.swapAt(place, place + random.integer(below: order.count - place)) }
    return known
  }

  /// Shows a cell clean.
  private mutating func show(_ cell: DDPMLayout.Cell, of source: Int, in data: Cells, row: Int) {
    var isMissing = false
    for index in cell.categories {
      let category = layout.categories[index]
      let code = data.codes[source * layout.slots + category.slot]
      if let missing = category.missing, Int(code) == missing { isMissing = true }
      input.set(category: index, row: row, class: code, isKnown: true, layout: layout)
    }
    guard let number = cell.number, !isMissing else { return }
    input.set(
      number: number, row: row, score: data.scores[source * layout.scores + layout.numbers[number].score],
      isKnown: true, layout: layout)
  }

  /// Shows a cell with noise and notes what was added.
  private mutating func blur(
    _ cell: DDPMLayout.Cell, of source: Int, in data: Cells, row: Int, _ level: NoiseLevel,
    _ random: inout RandomStream
  ) {
    var isMissing = false
    for index in cell.categories {
      let category = layout.categories[index]
      let code = data.codes[source * layout.slots + category.slot]
      if let missing = category.missing, Int(code) == missing { isMissing = true }
      // q(c_t | c₀): kept with ᾱ_t, else any class. A class that the row does not have is wholly noise.
      let isKept = random.uniform() < Float(level.keepProbability) && code >= 0
      let drawn = isKept ? code : Int32(random.integer(below: category.size))
      let at = row * layout.categories.count + index
      clean[at] = code
      noisy[at] = drawn
      input.set(category: index, row: row, class: drawn, isKnown: false, layout: layout)
    }
    guard let number = cell.number else { return }
    let epsilon = random.normal()
    let at = row * layout.numbers.count + number
    let score = data.scores[source * layout.scores + layout.numbers[number].score]
    noise[at] = epsilon
    countsNumber[at] = !isMissing
    // x_t = √ᾱ x₀ + √(1 − ᾱ) ε
    input.set(
      number: number, row: row, score: isMissing ? epsilon : Float(level.signal) * score + Float(level.noise) * epsilon,
      isKnown: false,
      layout: layout)
  }
}
