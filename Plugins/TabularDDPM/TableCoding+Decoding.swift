import DiffusionCore
import Foundation
import Tables
import Tensors

extension TableCoding: FittedEncoder {
  /// The slots that the columns make.
  var slots: [CellSlot] {
    let layout = layout
    return layout.slots.enumerated().map { index, slot in
      let kind: CellSlot.Kind =
        switch slot.kind {
        case .category(let codes): .category(codes)
        case .density: .number
        }
      let isLast = layout.slotsOfColumn[slot.column].last == index
      return CellSlot(
        kind, column: slot.column, follows: slot.follows, score: isLast ? layout.numericIndex[slot.column] : nil)
    }
  }

  /// Numeric columns, then anchors.
  var scoreCount: Int { layout.scoreCount }

  /// New identifiers and random numbers.
  func decodingState(random: RandomStream) -> DecodingState {
    var state = DecodingState(random: random)
    for (index, column) in columns.enumerated() {
      if case .identifier(let generator) = column.content { state.identifiers[index] = generator }
    }
    return state
  }

  /// Decodes rows of which every slot is known.
  ///
  /// Sampling does not pass here: it works out each number when its last slot is revealed, since the network is to see it
  /// and conditions are judged by it. A second draw within a histogram's cell would give another number.
  func decode(_ cells: Cells, _ state: inout DecodingState) -> Table {
    TableAssembly(coding: self).table([rows(cells, &state.random)], &state)
  }

  /// The cells with the numbers that they say.
  func rows(_ cells: Cells, _ random: inout RandomStream) -> MaskedSampler.Rows {
    let layout = layout, slots = layout.slots.count, width = columns.count
    var numbers = [Double](repeating: .nan, count: cells.rows * width)
    for (index, column) in columns.enumerated() {
      guard case .derived(let derived) = column.content, let numberOfCode = derived.numbers else { continue }
      let slot = layout.slotsOfColumn[derived.source][0]
      for row in 0..<cells.rows { numbers[row * width + index] = numberOfCode[Int(cells.codes[row * slots + slot])] }
    }
    // Relations name columns to the left only.
    for (index, column) in columns.enumerated() {
      guard let numeric = layout.numericIndex[index] else { continue }
      let own = layout.slotsOfColumn[index]
      for row in 0..<cells.rows {
        numbers[row * width + index] = number(
          index, first: column.codes > 1 ? cells.codes[row * slots + own[0]] : 0,
          fine: own.last.map { cells.codes[row * slots + $0] } ?? 0,
          score: cells.scores[row * layout.scoreCount + numeric], jitter: random.uniformDouble(),
          parent: { numbers[row * width + $0] })
      }
    }
    return MaskedSampler.Rows(count: cells.rows, codes: cells.codes, scores: cells.scores, numbers: numbers)
  }

  /// The last digit, and what a score in Float32 or a cell of a histogram blurs of the quantile.
  func precision(of column: Int) -> Double {
    guard case .continuous(let content) = columns[column].content else { return 0 }
    let knots = content.map.knots
    let digit = roundings[column].digit(at: max(abs(knots[0]), abs(knots[knots.count - 1])))
    guard content.cells > 0 else { return digit + 1e-5 * (knots[knots.count - 1] - knots[0]) }
    let cells = content.bins * content.cells
    let edges = (0...cells).map { content.map.value(Double($0) / Double(cells)) }
    return digit + zip(edges, edges.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
  }
}
