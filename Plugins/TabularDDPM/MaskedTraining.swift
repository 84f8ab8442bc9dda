import DiffusionCore
import Foundation
import NeuralNetworks

/// The objective of masked diffusion over slots, and its bound on held-out rows.
///
/// A row's slots are revealed in a random order; the network predicts every slot that is still masked. With M slots and
/// k of them visible, k uniform in 0 ..< M, M times the mean loss over the masked slots is an unbiased estimate of the
/// row's negative log-likelihood averaged over orders, and so a bound on it.
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
  /// nothing, more for one that only ever fills gaps in rows that are mostly there.
  var leastVisible = 0.0

  init(coding: TableCoding, network: MaskedNetwork) {
    self.coding = coding
    self.layout = network.layout
    self.network = network
    builder = MaskedInputBuilder(coding, layout: network.layout)
  }

  /// The loss of some rows on a tape: the sum over rows of weight × their bound.
  ///
  /// - Parameters:
  ///   - rows: indices into the data.
  ///   - shares: for each row, in 0 ..< 1, how much of it is visible.
  ///   - scoresNextOnly: whether only the slot whose turn is next counts, once, instead of all that are masked.
  ///   - perRow: each row's loss is added to it, where given.
  ///   - perColumn: so is each column's, summed over the rows.
  func loss(
    _ data: Cells, rows: ArraySlice<Int32>, shares: (Int) -> Double, weight: Float, random: RandomStream,
    on tape: Tape, scoresNextOnly: Bool = false, perRow: UnsafeMutablePointer<Float>? = nil,
    perColumn: UnsafeMutablePointer<Float>? = nil
  ) -> Variable {
    let slots = layout.slots.count
    var random = random
    var input = MaskedInput(rows: rows.count, layout: layout)
    var terms: [LossTerm] = [], columns: [Int] = []
    var anchors: [Float] = []
    terms.reserveCapacity(rows.count * slots)
    var order = Array(0..<slots), place = Array(0..<slots)
    var visible = [Bool](repeating: false, count: slots)
    data.codes.withUnsafeBufferPointer { codes in
      data.scores.withUnsafeBufferPointer { scores in
        for (row, source) in rows.enumerated() {
          let count = min(Int((leastVisible + (1 - leastVisible) * shares(row)) * Double(slots)), slots - 1)
          drawOrder(&order, &place, &random)
          let own = codes.baseAddress! + Int(source) * slots
          for slot in 0..<slots { visible[slot] = place[slot] < count && own[slot] != Cells.unknown }
          let ownScores = scores.baseAddress.map { $0 + Int(source) * layout.scoreCount }
          builder.fill(&input, row: row, codes: own, scores: ownScores, visible: visible)
          let factor = scoresNextOnly ? weight : weight * Float(slots) / Float(slots - count)
          for slot in 0..<slots
          where own[slot] >= 0 && (scoresNextOnly ? place[slot] == count : !visible[slot]) {
            terms.append(
              term(row: row, slot: slot, code: own[slot], scores: ownScores, weight: factor, input, &anchors))
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

  /// A uniformly random order in which no place within a bin comes before its bin.
  private func drawOrder(_ order: inout [Int], _ place: inout [Int], _ random: inout RandomStream) {
    var last = order.count - 1
    while last > 0 {
      order.swapAt(last, random.integer(below: last + 1))
      last -= 1
    }
    for (position, slot) in order.enumerated() { place[slot] = position }
    for (slot, rule) in layout.slots.enumerated() {
      if let first = rule.follows, place[first] > place[slot] { place.swapAt(first, slot) }
    }
  }

  /// The mean bound of some rows, in nats a row, with the same masks on every call.
  ///
  /// - Parameter visible: how much of every row is visible, in 0 ..< 1; nil: evenly spread over all shares.
  func bound(_ data: Cells, rows: [Int32], visible: Double? = nil, pass: ShardedPass, seed: UInt64) -> Double {
    let count = rows.count
    let losses = pass.map(rows: count) { tape, range in
      Double(
        loss(
          data, rows: rows[range], shares: { visible ?? Self.share($0 + range.lowerBound, offset: 0.5) },
          weight: 1 / Float(count), random: RandomStream(seed: seed, stream: UInt64(range.lowerBound)), on: tape
        ).values[0])
    }
    return losses.reduce(0, +)
  }

  /// Each column's part of ``bound(_:rows:visible:pass:seed:)``, by the column's place in the table.
  func columnBounds(_ data: Cells, rows: [Int32], pass: ShardedPass, seed: UInt64) -> [Double] {
    let parts = pass.map(rows: rows.count) { tape, range in
      var sums = [Float](repeating: 0, count: coding.columns.count)
      _ = loss(
        data, rows: rows[range], shares: { Self.share($0 + range.lowerBound, offset: 0.5) }, weight: 1,
        random: RandomStream(seed: seed, stream: UInt64(range.lowerBound)), on: tape, perColumn: &sums)
      return sums
    }
    return coding.columns.indices.map { column in
      parts.reduce(0) { $0 + Double($1[column]) } / Double(max(rows.count, 1))
    }
  }

  /// The bound of each row, in nats: its slots are revealed one after another in a random order of the row's own, and
  /// each is scored when its turn comes.
  ///
  /// - Parameter evaluations: rows with more slots are scored at so many of them, evenly spread.
  func bounds(_ data: Cells, evaluations: Int = 64, pass: ShardedPass, seed: UInt64) -> [Float] {
    let slots = layout.slots.count, turns = min(slots, evaluations)
    let rows = (0..<Int32(data.rows)).map { $0 }
    return pass.map(rows: data.rows) { tape, range -> [Float] in
      var total = [Float](repeating: 0, count: range.count)
      for turn in 0..<turns {
        tape.reset()
        // The same stream gives the same orders, so that each turn goes one slot further.
        _ = loss(
          data, rows: rows[range], shares: { _ in (Double(turn) + 0.5) / Double(turns) }, weight: 1,
          random: RandomStream(seed: seed, stream: UInt64(range.lowerBound)), on: tape, scoresNextOnly: true,
          perRow: &total)
      }
      return total.map { $0 * Float(slots) / Float(turns) }
    }.flatMap { $0 }
  }

  /// Evenly spread shares in 0 ..< 1: the golden-ratio sequence, so that any run of rows has all noise levels.
  static func share(_ index: Int, offset: Double) -> Double {
    (offset + Double(index) * 0.618033988749895).truncatingRemainder(dividingBy: 1)
  }
}
