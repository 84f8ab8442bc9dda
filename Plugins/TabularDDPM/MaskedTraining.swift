import DiffusionCore
import Foundation
import NeuralNetworks

/// The objective of masked diffusion over slots, and its bound on held-out rows.
///
/// A row's slots are revealed in a random order, and the network predicts the slot that comes next. With M slots, of which
/// k are visible, k uniform in 0 ..< M, M times the loss of the next slot is an unbiased estimate of the row's negative
/// log-likelihood averaged over orders, and so a bound on it. All slots that may come next are predicted at once, so their
/// losses are averaged, each by its chance of coming next (``SlotOrder``).
///
/// Sources: Uria, Murray & Larochelle, "A deep and tractable density estimator", ICML 2014; Hoogeboom et al.,
/// "Autoregressive diffusion models", ICLR 2022, section 3; Sahoo et al., "Simple and effective masked diffusion language
/// models", NeurIPS 2024, equation 11.
struct MaskedObjective: Sendable {
  let coding: TableCoding
  let layout: SlotLayout
  let network: MaskedNetwork
  let builder: MaskedInputBuilder
  /// The least share of a row's slots that is visible in training and in bounds: 0 for a model that makes rows from
  /// nothing, more for one that only ever fills gaps in rows that are mostly there. A bound is then M times the mean loss
  /// of the next slot where at least so much is visible.
  var leastVisible = 0.0
  private let order: SlotOrder

  /// How the hidden slots of a row count in its loss.
  enum Weighting: Sendable {
    /// By the chance that each comes next: the mean is the bound on the negative log-likelihood. What judges a model.
    case likelihood
    /// All alike, and a place within a bin although its bin is hidden. What a model is trained with: such places are
    /// asked for when gaps are filled, and held-out rows cost slightly less.
    case everyHidden
    /// Only the slot that comes next, once.
    case nextOnly
  }

  init(coding: TableCoding, network: MaskedNetwork) {
    self.coding = coding
    self.layout = network.layout
    self.network = network
    builder = MaskedInputBuilder(coding, layout: network.layout)
    order = SlotOrder(after: network.layout.slots.map(\.follows))
  }

  /// The loss of some rows on a tape: the sum over rows of weight × their bound.
  ///
  /// - Parameters:
  ///   - rows: indices into the data.
  ///   - visible: for each row, in 0 ..< 1, how much of it is visible.
  ///   - perRow: each row's loss is added to it, where given.
  ///   - perColumn: so is each column's, summed over the rows.
  func loss(
    _ data: Cells, rows: ArraySlice<Int32>, visible share: (Int) -> Double, weighting: Weighting, weight: Float,
    random: RandomStream, on tape: Tape, perRow: UnsafeMutablePointer<Float>? = nil,
    perColumn: UnsafeMutablePointer<Float>? = nil
  ) -> Variable {
    let slots = layout.slots.count
    var random = random
    var input = MaskedInput(rows: rows.count, layout: layout)
    var terms: [LossTerm] = [], columns: [Int] = []
    var anchors: [Float] = []
    terms.reserveCapacity(rows.count * slots)
    var shuffled = Array(0..<slots), place = Array(0..<slots)
    var visible = [Bool](repeating: false, count: slots)
    data.codes.withUnsafeBufferPointer { codes in
      data.scores.withUnsafeBufferPointer { scores in
        for (row, source) in rows.enumerated() {
          let count = min(Int(share(row) * Double(slots)), slots - 1)
          order.draw(&shuffled, &place, &random)
          let own = codes.baseAddress! + Int(source) * slots
          for slot in 0..<slots { visible[slot] = place[slot] < count && own[slot] != Cells.unknown }
          let ownScores = scores.baseAddress.map { $0 + Int(source) * layout.scoreCount }
          builder.fill(&input, row: row, codes: own, scores: ownScores, visible: visible)
          let factor = weight * Float(slots) / Float(slots - count)
          for slot in 0..<slots where own[slot] >= 0 && place[slot] >= count {
            let slotWeight: Float
            switch weighting {
            case .everyHidden: slotWeight = factor
            case .nextOnly:
              guard place[slot] == count else { continue }
              slotWeight = weight
            case .likelihood:
              if let before = order.predecessors[slot], place[before] >= count { continue }
              slotWeight = factor * Float(order.held[slot])
            }
            terms.append(
              term(row: row, slot: slot, code: own[slot], scores: ownScores, weight: slotWeight, input, &anchors))
            if perColumn != nil { columns.append(layout.slots[slot].column) }
          }
        }
      }
    }
    let output = network(input, on: tape)
    guard perRow != nil || perColumn != nil else { return output.raggedLoss(terms, anchors: anchors) }
    var losses = [Float](repeating: 0, count: terms.count)
    let total = output.raggedLoss(terms, anchors: anchors, unweighted: &losses)
    for (place, loss) in losses.enumerated() {
      let own = loss * terms[place].weight / weight
      perRow?[Int(terms[place].row)] += own
      perColumn?[columns[place]] += own
    }
    return total
  }

  private func term(
    row: Int, slot: Int, code: Int32, scores: UnsafePointer<Float>?, weight: Float, _ input: MaskedInput,
    _ anchors: inout [Float]
  ) -> LossTerm {
    let target = layout.slots[slot]
    switch target.kind {
    case .category(let codes):
      return .category(row: row, start: target.output.lowerBound, size: codes, target: Int(code), weight: weight)
    case .density(let components):
      let first = anchors.count
      builder.appendAnchors(of: slot, input, row: row, to: &anchors)
      return .density(
        row: row, start: target.output.lowerBound, size: components,
        value: scores?[layout.numericIndex[target.column] ?? 0] ?? 0, weight: weight,
        anchored: anchors.count - first, anchors: first)
    }
  }

  /// Evenly spread shares in 0 ..< 1: the golden-ratio sequence, so that any run of rows has all noise levels.
  static func share(_ index: Int, offset: Double) -> Double {
    (offset + Double(index) * 0.618033988749895).truncatingRemainder(dividingBy: 1)
  }
}
