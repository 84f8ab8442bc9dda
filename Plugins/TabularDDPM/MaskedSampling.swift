import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// Generates rows by unmasking one slot after another in a random order, each from its distribution given all that is
/// visible: ancestral sampling without a solver and without an assumption of independence.
///
/// Source: Hoogeboom et al., "Autoregressive diffusion models", ICLR 2022, algorithm 1. Rows of one shard share an
/// order, so that an evaluation needs the head of one slot only.
struct MaskedSampler: Sendable {
  let objective: MaskedObjective
  /// Columns to fill once their relations' parents are known, by column.
  private let dependents: [[Int]]
  /// For columns of few values and for heavy values: the score of each code.
  private let scoreOfCode: [[Float]]
  var generatesMissing = true

  init(_ objective: MaskedObjective) {
    self.objective = objective
    let coding = objective.coding
    var dependents = [[Int]](repeating: [], count: coding.columns.count)
    for (index, column) in coding.columns.enumerated() {
      if case .continuous(let c) = column.content {
        for parent in Set(c.relations.flatMap(\.parents)) { dependents[parent].append(index) }
      }
    }
    self.dependents = dependents
    scoreOfCode = coding.columns.map { column in
      switch column.content {
      case .values(_, let quantiles): quantiles.map { Float(NormalDistribution.quantile(Double($0))) }
      case .continuous(let c):
        Array(repeating: 0, count: c.bins) + c.heavy.map { Float(c.map.score(c.map.quantile($0, tie: 0.5))) }
      default: []
      }
    }
  }

  /// The rows of one shard: codes, scores and numbers, row-major.
  struct Shard: Sendable {
    var rows: Int
    var codes: [Int32]
    var scores: [Float]
    /// `[rows, columns]`: numbers as they will be written; missing is NaN.
    var numbers: [Double]
  }

  /// Generates the unknown slots of some rows.
  ///
  /// - Parameters:
  ///   - start: codes with ``CodedTable/unknown`` where a slot is to be made, and scores.
  ///   - numbers: `[rows, columns]`: the known numbers.
  func sample(_ start: CodedTable, numbers: [Double], random: RandomStream, on tape: Tape) -> Shard {
    let coding = objective.coding, layout = objective.layout, slots = layout.slots.count
    var random = random
    var shard = Shard(rows: start.rows, codes: start.codes, scores: start.scores, numbers: numbers)
    var input = MaskedInput(rows: start.rows, layout: layout)
    var visible = start.codes.map { $0 != CodedTable.unknown }
    for slot in order(&random) {
      let pending = (0..<shard.rows).filter { !visible[$0 * slots + slot] }
      guard !pending.isEmpty else { continue }
      // A place within a bin that no row has needs no evaluation.
      let rule = layout.slots[slot]
      let live = rule.follows.map { first in
        pending.filter { holdsPlace(shard.codes[$0 * slots + first], column: rule.column) }
      } ?? pending
      if !live.isEmpty {
        for row in 0..<shard.rows {
          shard.codes.withUnsafeBufferPointer { codes in
            shard.scores.withUnsafeBufferPointer { scores in
              visible.withUnsafeBufferPointer { visible in
                objective.builder.fill(
                  &input, row: row, codes: codes.baseAddress! + row * slots,
                  scores: scores.baseAddress.map { $0 + row * layout.numericCount },
                  visible: visible.baseAddress! + row * slots)
              }
            }
          }
        }
        tape.reset()
        let hidden = objective.network.hidden(input, on: tape)
        let output = objective.network.outputs(rule.output, of: hidden)
        for row in live { draw(slot, row: row, from: output, &shard, &random) }
      }
      for row in pending {
        if rule.follows != nil, !live.contains(row) { shard.codes[row * slots + slot] = CodedTable.notApplicable }
        visible[row * slots + slot] = true
      }
      if coding.columns[rule.column].isNumeric {
        for row in pending { resolve(rule.column, row: row, &shard, visible, &random) }
      }
    }
    return shard
  }

  private func holdsPlace(_ first: Int32, column: Int) -> Bool {
    switch objective.coding.columns[column].content {
    case .continuous(let c): first >= 0 && Int(first) < c.bins
    case .groupedLevels: !(objective.coding.columns[column].hasMissing && Int(first) == objective.coding.columns[column].missingCode)
    default: true
    }
  }

  /// A random order of the slots, places after their bins.
  private func order(_ random: inout RandomStream) -> [Int] {
    var order = random.permutation(objective.layout.slots.count)
    for (slot, rule) in objective.layout.slots.enumerated() {
      guard let first = rule.follows, let a = order.firstIndex(of: first), let b = order.firstIndex(of: slot), a > b
      else { continue }
      order.swapAt(a, b)
    }
    return order
  }

  private func draw(
    _ slot: Int, row: Int, from output: Variable, _ shard: inout Shard, _ random: inout RandomStream
  ) {
    let layout = objective.layout, rule = layout.slots[slot], slots = layout.slots.count
    let parameters = output.values.baseAddress! + row * output.columns
    switch rule.kind {
    case .category(var codes):
      let column = objective.coding.columns[rule.column]
      if rule.follows == nil, column.hasMissing, !generatesMissing { codes -= 1 }
      shard.codes[row * slots + slot] = Int32(Self.drawCategory(parameters, codes, random.uniform()))
    case .density(let components):
      let k = Self.drawCategory(parameters, components, random.uniform())
      let deviation = exp(min(max(parameters[2 * components + k], -7), 4))
      let score = parameters[components + k] + deviation * random.normal()
      shard.codes[row * slots + slot] = 0
      if let numeric = layout.numericIndex[rule.column] {
        shard.scores[row * layout.numericCount + numeric] = score
      }
    }
  }

  /// A draw from softmax(logits) by inversion.
  private static func drawCategory(_ logits: UnsafePointer<Float>, _ count: Int, _ uniform: Float) -> Int {
    var top = logits[0]
    for i in 1..<max(count, 1) { top = max(top, logits[i]) }
    var sum: Float = 0
    for i in 0..<count { sum += exp(logits[i] - top) }
    var left = uniform * sum
    for i in 0..<count {
      left -= exp(logits[i] - top)
      if left < 0 { return i }
    }
    return count - 1
  }

  /// Works out a column's number once its slots and its parents are known, and then what depends on it.
  private func resolve(
    _ column: Int, row: Int, _ shard: inout Shard, _ visible: [Bool], _ random: inout RandomStream
  ) {
    let coding = objective.coding, layout = objective.layout
    let slots = layout.slots.count, columns = coding.columns.count
    guard let numeric = layout.numericIndex[column] else { return }
    let known = shard.codes.withUnsafeBufferPointer { codes in
      visible.withUnsafeBufferPointer { visible in
        objective.builder.knows(
          Int32(numeric), codes.baseAddress! + row * slots, visible.baseAddress! + row * slots)
      }
    }
    guard known else { return }
    let own = layout.slotsOfColumn[column]
    let first = coding.columns[column].codes > 1 ? shard.codes[row * slots + own[0]] : 0
    let at = row * layout.numericCount + numeric
    let value = coding.number(
      column, first: first, fine: shard.codes[row * slots + own[own.count - 1]], score: shard.scores[at],
      jitter: Double(random.uniform()), parent: { shard.numbers[row * columns + $0] })
    shard.numbers[row * columns + column] = value
    if case .continuous(let c) = coding.columns[column].content {
      let isDensity = c.cells == 0 && Int(first) < c.bins
      if isDensity {
        let limit = Float(c.map.score(1))
        shard.scores[at] = min(max(shard.scores[at], -limit), limit)
      } else if Int(first) >= c.bins, Int(first) < c.bins + c.heavy.count {
        shard.scores[at] = scoreOfCode[column][Int(first)]
      } else {
        shard.scores[at] = Float(c.map.score(c.map.quantile(value, tie: 0.5)))
      }
    } else {
      shard.scores[at] = scoreOfCode[column][Int(first)]
    }
    for dependent in dependents[column] where isRelation(shard, dependent, row: row) {
      resolve(dependent, row: row, &shard, visible, &random)
    }
  }

  private func isRelation(_ shard: Shard, _ column: Int, row: Int) -> Bool {
    guard case .continuous(let c) = objective.coding.columns[column].content else { return false }
    let layout = objective.layout
    let code = Int(shard.codes[row * layout.slots.count + layout.slotsOfColumn[column][0]])
    return code >= c.bins + c.heavy.count && code < c.codes
  }
}
