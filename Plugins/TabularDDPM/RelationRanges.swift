/// Keeps a number that equals an expression within the range of its own column: a payment that equals a bill is not
/// negative because the bill is.
///
/// The data hold no such rows, but a network only learns that they are unlikely. Where the parts are known first, the
/// code that says "equals" is ruled out; where it stands already, the last part that is drawn is held where the
/// expression stays within the range.
struct RelationRanges: Sendable {
  private struct Bound: Sendable {
    var relation: ColumnRelation
    var range: ClosedRange<Double>
    /// The slot and the code that say that the relation holds.
    var slot: Int, code: Int
  }
  /// By the slot whose code says which relation holds.
  private var ofSlot: [[Bound]]
  /// By the column that is part of a relation.
  private var ofParent: [[Bound]]
  /// By slot, the numbers that its codes stand for; missing where they stand for none.
  private var numberOfCode: [[Double]]

  init(_ coding: TableCoding, layout: SlotLayout) {
    ofSlot = Array(repeating: [], count: layout.slots.count)
    ofParent = Array(repeating: [], count: coding.columns.count)
    numberOfCode = Array(repeating: [], count: layout.slots.count)
    for (index, column) in coding.columns.enumerated() {
      guard let slot = layout.slotsOfColumn[index].first else { continue }
      switch column.content {
      case .values(let values, _): numberOfCode[slot] = values
      case .continuous(let c):
        numberOfCode[slot] = Array(repeating: .nan, count: c.bins) + c.heavy
        guard let seen = column.seenRange else { continue }
        for (place, relation) in c.relations.enumerated() {
          let bound = Bound(
            relation: relation, range: seen.low...seen.high, slot: slot, code: c.bins + c.heavy.count + place)
          ofSlot[slot].append(bound)
          for parent in Set(relation.parents) { ofParent[parent].append(bound) }
        }
      default: break
      }
    }
  }

  /// Where a number must lie, so that what equals an expression of it stays within its range; nil where it may be
  /// anything, or where nothing would do.
  ///
  /// - Parameters:
  ///   - codes: of the row, those that are not drawn yet below 0.
  ///   - number: the row's numbers by column; missing where not known.
  func interval(of column: Int, codes: (Int) -> Int32, number: (Int) -> Double) -> ClosedRange<Double>? {
    var low = -Double.infinity, high = Double.infinity
    for bound in ofParent[column] where Int(codes(bound.slot)) == bound.code {
      guard let range = bound.relation.range(ofParent: column, within: bound.range, number) else { continue }
      low = max(low, range.lowerBound)
      high = min(high, range.upperBound)
    }
    return low < high && (low.isFinite || high.isFinite) ? low...high : nil
  }

  /// The codes of a column's first slot that would put a number out of its range, added to those that are impossible.
  func impossible(
    _ slot: Int, codes count: Int, within interval: ClosedRange<Double>?, number: (Int) -> Double, and others: [Bool]?
  ) -> [Bool]? {
    var result = others
    func ruleOut(_ code: Int) {
      if result == nil { result = Array(repeating: false, count: count) }
      result![code] = true
    }
    for bound in ofSlot[slot] {
      let value = bound.relation.value(number)
      if !value.isNaN, !bound.range.contains(value) { ruleOut(bound.code) }
    }
    if let interval {
      for (code, value) in numberOfCode[slot].enumerated() where !value.isNaN && !interval.contains(value) {
        ruleOut(code)
      }
    }
    return result.map { $0.contains(false) } ?? true ? result : others
  }
}

extension ColumnRelation {
  /// Where one part must lie, so that the expression lies within a range; nil while another part is not known.
  func range(
    ofParent parent: Int, within range: ClosedRange<Double>, _ number: (Int) -> Double
  ) -> ClosedRange<Double>? {
    let low = range.lowerBound, high = range.upperBound
    switch form {
    case .equal: return range
    case .ratio: return factor > 0 ? low / factor...high / factor : high / factor...low / factor
    case .sum, .difference:
      guard parents[0] != parents[1] else { return nil }
      let isFirst = parents[0] == parent, other = number(parents[isFirst ? 1 : 0])
      guard other.isFinite else { return nil }
      if form == .sum { return low - other...high - other }
      return isFirst ? low + other...high + other : other - high...other - low
    }
  }
}
