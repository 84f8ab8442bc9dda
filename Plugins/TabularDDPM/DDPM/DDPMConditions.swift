import DiffusionCore
import Foundation
import Tensors

/// Conditions on rows, as cells that are known and cells that are checked.
///
/// A condition that leaves one possibility makes its cell known: the model is trained to condition on known cells. Where
/// nothing is known, one condition that leaves several is met by drawing its cell from the training distribution within
/// it, which makes the rows' distribution right too: p(cell | condition) · p(rest | cell). Any other condition that leaves
/// several is met by rejection: a row that misses it is made again. Where rejection would hardly ever succeed the cells
/// are drawn from their own training distributions instead: the conditions hold, the cells' relation to each other is
/// then only the rest's.
struct DDPMConditions: Sendable {
  /// A cell that may be one of several things.
  struct Open: Sendable {
    var column: Int
    var allowed: Allowed

    enum Allowed: Sendable {
      /// Codes of a slot.
      case codes(slot: Int, [Bool])
      /// A number.
      case range(ClosedRange<Double>)
    }
  }

  private let coding: DDPMCoding
  private let layout: SlotLayout
  /// Cells that are the same in every row.
  private let known: [(column: Int, cell: ConditionPlan.KnownCell)]
  /// The conditions that leave several possibilities.
  let open: [Open]
  /// Whether rows must be checked after they were made.
  var rejects: Bool { open.count > (known.isEmpty ? 1 : 0) }

  init(_ conditions: [CellCondition], coding: DDPMCoding) throws {
    let layout = coding.table.layout
    let plan = try ConditionPlan(conditions, coding: coding.table, layout: layout)
    var known = plan.known.sorted { $0.key < $1.key }.map { (column: $0.key, cell: $0.value) }
    var open = plan.bounds.sorted { $0.key < $1.key }.map { Open(column: $0.key, allowed: .range($0.value)) }
    for (slot, constraint) in plan.constraints.sorted(by: { $0.key < $1.key }) {
      let column = layout.slots[slot].column
      guard plan.bounds[column] == nil, let codes = constraint.codes else { continue }
      let possible = codes.indices.filter { codes[$0] }
      if possible.count == 1 {
        known.append((column: column, cell: .codes([Int32(possible[0])])))
      } else {
        open.append(Open(column: column, allowed: .codes(slot: slot, codes)))
      }
    }
    self.coding = coding
    self.layout = layout
    self.known = known
    self.open = open
    var probe = RandomStream(seed: 0)
    for condition in open {
      guard case .range(let range) = condition.allowed else { continue }
      guard coding.number(condition.column, within: range, random: &probe) != nil else {
        throw ConditionError.impossible(
          "column '\(coding.table.columns[condition.column].name)' has no value from \(range.lowerBound) to \(range.upperBound)"
            + " with the decimals that it is written with")
      }
    }
  }

  /// Rows in which what the conditions fix is known.
  ///
  /// - Parameter drawsAll: whether every open condition is drawn, rather than the first where nothing else is known.
  func start(rows count: Int, drawsAll: Bool, random: RandomStream) -> MaskedSampler.Rows {
    var rows = MaskedSampler.Rows(
      count: count, codes: Array(repeating: Cells.unknown, count: count * layout.slots.count),
      scores: Array(repeating: 0, count: count * layout.numericCount),
      numbers: Array(repeating: .nan, count: count * coding.table.columns.count))
    apply(to: &rows, drawsAll: drawsAll, random: random)
    return rows
  }

  /// Writes what the conditions fix into cells that are unknown.
  func apply(to rows: inout MaskedSampler.Rows, drawsAll: Bool, random: RandomStream) {
    var random = random
    drawSources(of: &rows, &random)
    for row in 0..<rows.count {
      for (column, cell) in known where isUnknown(column, row, rows) {
        let (codes, number) = coding.table.codes(column, of: cell)
        set(column, row, codes: codes, number: number, &rows, &random)
      }
      for (place, condition) in open.enumerated() where drawsAll || known.isEmpty && place == 0 {
        guard isUnknown(condition.column, row, rows) else { continue }
        draw(condition, row, &rows, &random)
      }
    }
  }

  /// Draws the sources of derived cells that are given, each from its training distribution among the codes that give
  /// the cells and that the conditions allow.
  private func drawSources(of rows: inout MaskedSampler.Rows, _ random: inout RandomStream) {
    let sources = GivenSources(coding.table, layout: layout)
    for slot in sources.slots(limitedIn: rows).sorted() {
      let column = layout.slots[slot].column, size = coding.shares[slot].count
      var refused = [Bool](repeating: false, count: size)
      for condition in open where condition.column == column {
        if case .codes(_, let allowed) = condition.allowed { refused = allowed.map { !$0 } }
      }
      for case (column, .codes(let codes)) in known where !codes.isEmpty {
        refused = refused.indices.map { $0 != Int(codes[0]) }
      }
      for row in 0..<rows.count where isUnknown(column, row, rows) {
        let limits = sources.impossible(slot, row: row, of: rows, codes: size, and: nil)
        guard let limits else { continue }
        let both = zip(limits, refused).map { !$0 && !$1 }
        let allowed = both.contains(true) ? both : limits.map { !$0 }
        draw(Open(column: column, allowed: .codes(slot: slot, allowed)), row, &rows, &random)
      }
    }
  }

  private func isUnknown(_ column: Int, _ row: Int, _ rows: MaskedSampler.Rows) -> Bool {
    layout.slotsOfColumn[column].contains { rows.codes[row * layout.slots.count + $0] == Cells.unknown }
  }

  private func draw(_ condition: Open, _ row: Int, _ rows: inout MaskedSampler.Rows, _ random: inout RandomStream) {
    switch condition.allowed {
    case .range(let range):
      guard let value = coding.number(condition.column, within: range, random: &random) else { return }
      let (codes, number) = coding.table.codes(condition.column, of: .number(value))
      set(condition.column, row, codes: codes, number: number, &rows, &random)
    case .codes(let slot, let allowed):
      let shares = zip(coding.shares[slot], allowed).map { $1 ? $0 : 0 }
      var left = random.uniform() * shares.reduce(0, +)
      var code = allowed.firstIndex(of: true) ?? 0
      for (index, share) in shares.enumerated() where share > 0 {
        code = index
        left -= share
        if left < 0 { break }
      }
      set(condition.column, row, codes: [Int32(code)], number: nil, &rows, &random)
    }
  }

  private func set(
    _ column: Int, _ row: Int, codes: [Int32], number: Double?, _ rows: inout MaskedSampler.Rows,
    _ random: inout RandomStream
  ) {
    for (slot, code) in zip(layout.slotsOfColumn[column], codes) { rows.codes[row * layout.slots.count + slot] = code }
    guard let number, let numeric = layout.numericIndex[column] else { return }
    rows.numbers[row * coding.table.columns.count + column] = number
    rows.scores[row * layout.numericCount + numeric] = coding.score(column, of: number, tie: random.uniformDouble())
  }

  /// Whether a finished row meets all conditions.
  func accepts(_ row: Int, of rows: MaskedSampler.Rows) -> Bool {
    open.allSatisfy { condition in
      switch condition.allowed {
      case .range(let range): range.contains(rows.numbers[row * coding.table.columns.count + condition.column])
      case .codes(let slot, let allowed): allowed[Int(rows.codes[row * layout.slots.count + slot])]
      }
    }
  }
}
