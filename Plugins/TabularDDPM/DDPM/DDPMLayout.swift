import Tensors

/// The cells of a row as diffusion sees them: numbers with Gaussian noise, categories with multinomial noise.
///
/// A modelled column is one cell. A category is one variable (two where it has very many levels: a group and a place
/// in it); a number is its standard normal score, after a variable of two classes, present and missing, where the column
/// has missing values.
package struct DDPMLayout: Sendable, Equatable {
  package struct Category: Sendable, Equatable {
    var column: Int
    /// The place in a ``Cells``'s codes.
    var slot: Int
    /// The number of classes.
    var size: Int
    /// The first of its logits in the network's output.
    var output: Int
    /// The first of its rows in the table of embeddings: noisy classes, then known ones.
    var embedding: Int
    /// The class that says missing.
    var missing: Int?
  }

  package struct Number: Sendable, Equatable {
    var column: Int
    /// The place in a ``Cells``'s codes, which says whether there is a score, and in its scores.
    var slot: Int, score: Int
    /// The place of its predicted noise in the network's output.
    var output: Int
    /// The category that says whether the cell is missing.
    var indicator: Int?
    /// The largest score that the training data can have.
    var limit: Float
  }

  package struct Cell: Sendable, Equatable {
    var column: Int
    /// Indices into ``categories``.
    var categories: Range<Int>
    /// An index into ``numbers``.
    var number: Int?
    /// Its part of the network's output.
    var outputs: Range<Int>
  }

  package private(set) var categories: [Category] = []
  package private(set) var numbers: [Number] = []
  package private(set) var cells: [Cell] = []
  package private(set) var outputs = 0
  package private(set) var embeddings = 0
  /// The number of slots and of scores in a row of the coded table.
  let slots: Int, scores: Int

  /// What a cell is made of.
  package enum Kind: Sendable {
    /// A category of so many classes.
    case category(Int)
    /// A number whose score is within ± a limit.
    case number(limit: Float)
  }

  /// Cells without missing values, one after another.
  package init(_ kinds: [Kind]) {
    slots = kinds.count
    scores = kinds.count
    for (index, kind) in kinds.enumerated() {
      let firstCategory = categories.count, firstOutput = outputs
      switch kind {
      case .category(let size): addCategory(column: index, slot: index, size: size, missing: nil)
      case .number(let limit): addNumber(column: index, slot: index, score: index, indicator: nil, limit: limit)
      }
      addCell(column: index, firstCategory: firstCategory, firstOutput: firstOutput)
    }
  }

  /// The cells of a coded table.
  init(_ coding: TableCoding) {
    let slotLayout = coding.layout
    slots = slotLayout.slots.count
    scores = slotLayout.numericCount
    for (column, own) in slotLayout.slotsOfColumn.enumerated() where !own.isEmpty {
      let firstCategory = categories.count, firstOutput = outputs
      for slot in own {
        switch slotLayout.slots[slot].kind {
        case .category(let size):
          let saysMissing = coding.columns[column].hasMissing && slotLayout.slots[slot].follows == nil
          addCategory(
            column: column, slot: slot, size: size, missing: saysMissing ? coding.columns[column].missingCode : nil)
        case .density:
          guard case .continuous(let content) = coding.columns[column].content else { continue }
          addNumber(
            column: column, slot: slot, score: slotLayout.numericIndex[column] ?? 0,
            indicator: categories.count > firstCategory ? firstCategory : nil, limit: Float(content.map.score(1)))
        }
      }
      addCell(column: column, firstCategory: firstCategory, firstOutput: firstOutput)
    }
  }

  private mutating func addCategory(column: Int, slot: Int, size: Int, missing: Int?) {
    categories.append(
      Category(column: column, slot: slot, size: size, output: outputs, embedding: embeddings, missing: missing))
    outputs += size
    embeddings += 2 * size
  }

  private mutating func addNumber(column: Int, slot: Int, score: Int, indicator: Int?, limit: Float) {
    numbers.append(
      Number(column: column, slot: slot, score: score, output: outputs, indicator: indicator, limit: limit))
    outputs += 1
  }

  /// Joins what was added since to a cell.
  private mutating func addCell(column: Int, firstCategory: Int, firstOutput: Int) {
    let number = numbers.last.flatMap { $0.column == column ? numbers.count - 1 : nil }
    cells.append(
      Cell(column: column, categories: firstCategory..<categories.count, number: number, outputs: firstOutput..<outputs)
    )
  }

  /// The number of classes of the largest category.
  var largestCategory: Int { categories.map(\.size).max() ?? 1 }
}
