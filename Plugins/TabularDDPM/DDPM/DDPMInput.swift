import Tensors

/// What the network sees of some rows: noisy cells and known ones, and how noisy the noisy ones are.
package struct DDPMInput: Sendable {
  /// Features of one number: its noisy score or 0; its known score or 0; whether it is known.
  static let numberFeatures = 3

  var rows: Int
  /// `[rows, categories]`: rows of the embedding table, or below zero for nothing.
  var classes: [Int32]
  /// `[rows, numbers, 3]`.
  var numbers: [Float]
  /// `[rows]`: t.
  package var steps: [Int32]

  package init(rows: Int, layout: DDPMLayout) {
    self.rows = rows
    classes = Array(repeating: -1, count: rows * layout.categories.count)
    numbers = Array(repeating: 0, count: rows * layout.numbers.count * Self.numberFeatures)
    steps = Array(repeating: 1, count: rows)
  }

  /// Sets a category of a row; a class below zero shows nothing.
  package mutating func set(category index: Int, row: Int, class code: Int32, isKnown: Bool, layout: DDPMLayout) {
    let category = layout.categories[index]
    classes[row * layout.categories.count + index] =
      code < 0 ? -1 : Int32(category.embedding + (isKnown ? category.size : 0)) + code
  }

  /// Sets a number of a row.
  package mutating func set(number index: Int, row: Int, score: Float, isKnown: Bool, layout: DDPMLayout) {
    let at = (row * layout.numbers.count + index) * Self.numberFeatures
    numbers[at] = isKnown ? 0 : score
    numbers[at + 1] = isKnown ? score : 0
    numbers[at + 2] = isKnown ? 1 : 0
  }

  /// Shows nothing of a number of a row: it is known to be missing.
  mutating func clear(number index: Int, row: Int, layout: DDPMLayout) {
    let at = (row * layout.numbers.count + index) * Self.numberFeatures
    for i in 0..<Self.numberFeatures { numbers[at + i] = 0 }
  }
}
