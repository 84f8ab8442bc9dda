import DiffusionCore
import Foundation
import Tables
import Tensors

/// What a slot may be, where a condition leaves several possibilities.
struct SlotConstraint: Sendable, Equatable {
  /// For a code: which ones.
  var codes: [Bool]?
  /// For a density: between which scores.
  var scores: ClosedRange<Float>?
}

/// Conditions on cells, as what is known and what is constrained.
///
/// A condition that leaves one possibility makes its slots known: the model is trained to condition on known slots, so
/// the rest follows exactly. One that leaves several constrains the draw of its slots, which come first; see
/// ``MaskedSampler`` for why the result has the right distribution.
struct ConditionPlan: Sendable {
  /// Cells that are the same in every row, by column.
  var known: [Int: KnownCell] = [:]
  /// Constraints by slot.
  var constraints: [Int: SlotConstraint] = [:]
  /// Numbers that must lie within bounds in the finished row, by column: relations may take them out.
  var bounds: [Int: ClosedRange<Double>] = [:]

  enum KnownCell: Sendable, Equatable {
    case codes([Int32])
    case number(Double)
  }

  init(_ conditions: [CellCondition], coding: TableCoding, layout: SlotLayout) throws {
    var seen: Set<String> = []
    for condition in conditions {
      guard seen.insert(condition.column).inserted else { throw ConditionError.repeated(condition.column) }
      guard let column = coding.columns.firstIndex(where: { $0.name == condition.column }) else {
        throw ConditionError.unknownColumn(condition.column, known: coding.columns.map(\.name))
      }
      try add(condition, column: column, coding: coding, layout: layout)
    }
  }

  private mutating func add(
    _ condition: CellCondition, column: Int, coding: TableCoding, layout: SlotLayout
  ) throws {
    let own = coding.columns[column], slots = layout.slotsOfColumn[column]
    func fail() -> ConditionError { .impossible("column '\(condition.column)' is never so in the training data") }
    switch (own.content, condition.allowed) {
    case (.identifier, _), (.text, _): throw ConditionError.notModelled(condition.column, kind: "identifier")
    case (.constant, _): return  // The reader of the condition has checked that the value is the column's own.
    case (.derived(let derived), _):
      let allowed = derived.cellOfCode.map { derived.cells.satisfies(Int($0), condition.allowed) }
      try constrain(layout.slotsOfColumn[derived.source], codes: allowed, in: layout, fail())
    case (_, .missing):
      guard own.hasMissing else { throw ConditionError.neverMissing(condition.column) }
      known[column] = .codes([Int32(own.missingCode)] + slots.dropFirst().map { _ in Cells.notApplicable })
    case (.levels(let levels), .levels(let wanted)):
      let set = Set(wanted)
      try constrain(slots, codes: levels.map { set.contains($0) }, in: layout, fail())
    case (.groupedLevels(let levels, let size), .levels(let wanted)):
      let places = wanted.compactMap { levels.firstIndex(of: $0) }
      guard let place = places.first else { throw fail() }
      guard places.count == 1 else {
        throw ConditionError.unsupported(
          "choose between several levels of '\(condition.column)', which has \(levels.count)", method: TabularMasked.id)
      }
      known[column] = .codes([Int32(place / size), Int32(place % size)])
    case (.values(let values, _), .range(let range)):
      try constrain(slots, codes: values.map { range.contains($0) }, in: layout, fail())
    case (.continuous(let c), .range(let range)):
      if range.lowerBound == range.upperBound {
        known[column] = .number(range.lowerBound)
        return
      }
      bounds[column] = range
      let low = c.map.score(of: range.lowerBound, tie: 0),
        high = c.map.score(of: range.upperBound, tie: 1)
      let reaches = c.map.knots.contains { range.contains($0) } || high > low
      var codes = (0..<c.bins).map { bin -> Bool in
        guard c.bins > 1 else { return reaches }
        let from = NormalDistribution.cumulative(low), to = NormalDistribution.cumulative(high)
        return Double(bin + 1) / Double(c.bins) >= from && Double(bin) / Double(c.bins) <= to
      }
      codes += c.heavy.map { range.contains($0) } + c.relations.map { _ in true }
      if own.hasMissing { codes.append(false) }
      guard codes.contains(true) else { throw fail() }
      if own.codes > 1 { constraints[slots[0]] = SlotConstraint(codes: codes) }
      if c.cells == 0 { constraints[slots[slots.count - 1]] = SlotConstraint(scores: Float(low)...Float(high)) }
    default: throw fail()
    }
  }

  private mutating func constrain(
    _ slots: [Int], codes: [Bool], in layout: SlotLayout, _ failure: ConditionError
  ) throws {
    guard let slot = slots.first, case .category(let count) = layout.slots[slot].kind else { return }
    // Missing, the last code, is not among the values that a condition names.
    let codes = codes + Array(repeating: false, count: count - codes.count)
    // A condition on a derived column and one on its source meet in the same slot.
    let before = constraints[slot]?.codes
    var allowed = codes
    for (code, was) in (before ?? []).enumerated() where code < allowed.count { allowed[code] = allowed[code] && was }
    guard allowed.contains(true) else { throw failure }
    constraints[slot] = SlotConstraint(codes: allowed)
  }
}

extension DerivedColumn.Cells {
  /// Whether one of the cells meets a condition.
  func satisfies(_ index: Int, _ allowed: CellCondition.Allowed) -> Bool {
    switch (self, allowed) {
    case (.numbers(let cells), .range(let range)): cells[index].map { range.contains($0) } ?? false
    case (.numbers(let cells), .missing): cells[index] == nil
    case (.levels(let cells), .levels(let wanted)): cells[index].map { wanted.contains($0) } ?? false
    case (.levels(let cells), .missing): cells[index] == nil
    default: false
    }
  }
}
