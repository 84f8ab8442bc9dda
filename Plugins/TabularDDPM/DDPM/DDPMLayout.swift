import Tensors

/// The cells of a row as diffusion sees them: numbers with Gaussian noise, categories with multinomial noise.
///
/// A modelled column is one cell. A category is one variable (two where it has very many levels: a group and a place
/// in it); a number is its standard normal score, after a variable of two classes, present and missing, where the column
/// has missing values.
struct DDPMLayout: Sendable, Equatable {
  struct Category: Sendable, Equatable {
    var column: Int
    /// The place in a ``CodedTable``'s codes.
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

  struct Number: Sendable, Equatable {
    var column: Int
    /// The place in a ``CodedTable``'s codes, which says whether there is a score, and in its scores.
    var slot: Int, score: Int
    /// The place of its predicted noise in the network's output.
    var output: Int
    /// The category that says whether the cell is missing.
    var indicator: Int?
    /// The largest score that the training data can have.
    var limit: Float
  }

  struct Cell: Sendable, Equatable {
    var column: Int
    /// Indices into ``categories``.
    var categories: Range<Int>
    /// An index into ``numbers``.
    var number: Int?
    /// Its part of the network's output.
    var outputs: Range<Int>
  }

  private(set) var categories: [Category] = []
  private(set) var numbers: [Number] = []
  private(set) var cells: [Cell] = []
  private(set) var outputs = 0
  private(set) var embeddings = 0
  /// The number of slots and of scores in a row of the coded table.
  let slots: Int, scores: Int

  init(_ coding: TableCoding) {
    let slotLayout = coding.layout
    slots = slotLayout.slots.count
    scores = slotLayout.numericCount
    for (column, own) in slotLayout.slotsOfColumn.enumerated() where !own.isEmpty {
      let firstCategory = categories.count, firstOutput = outputs
      var number: Int?
      for slot in own {
        switch slotLayout.slots[slot].kind {
        case .category(let size):
          let saysMissing = coding.columns[column].hasMissing && slotLayout.slots[slot].follows == nil
          categories.append(
            Category(
              column: column, slot: slot, size: size, output: outputs, embedding: embeddings,
              missing: saysMissing ? coding.columns[column].missingCode : nil))
          outputs += size
          embeddings += 2 * size
        case .density:
          guard case .continuous(let content) = coding.columns[column].content else { continue }
          number = numbers.count
          numbers.append(
            Number(
              column: column, slot: slot, score: slotLayout.numericIndex[column] ?? 0, output: outputs,
              indicator: categories.count > firstCategory ? firstCategory : nil, limit: Float(content.map.score(1))))
          outputs += 1
        }
      }
      cells.append(
        Cell(
          column: column, categories: firstCategory..<categories.count, number: number, outputs: firstOutput..<outputs))
    }
  }

  /// The number of classes of the largest category.
  var largestCategory: Int { categories.map(\.size).max() ?? 1 }
}
