/// Which codes rule each other out: a number cannot equal an expression of which a part is missing.
///
/// The data hold no such rows, but a network only learns that they are unlikely.
struct RelationClashes: Sendable {
  /// Codes of one slot, and codes of another with which they never meet.
  private struct Clash: Sendable {
    var codes: [Bool]
    var other: Int
    var otherCodes: [Bool]
  }
  /// By slot.
  private var clashes: [[Clash]]

  init(_ coding: TableCoding, layout: SlotLayout) {
    clashes = Array(repeating: [], count: layout.slots.count)
    for (index, column) in coding.columns.enumerated() {
      guard case .continuous(let c) = column.content, !c.relations.isEmpty else { continue }
      let slot = layout.slotsOfColumn[index][0]
      for (place, relation) in c.relations.enumerated() {
        let own = (0..<column.codes).map { $0 == c.bins + c.heavy.count + place }
        for parent in Set(relation.parents).sorted() {
          let (source, missing) = coding.missingCodes(of: parent)
          guard missing.contains(true) else { continue }
          let other = layout.slotsOfColumn[source][0]
          clashes[slot].append(Clash(codes: own, other: other, otherCodes: missing))
          clashes[other].append(Clash(codes: missing, other: slot, otherCodes: own))
        }
      }
    }
  }

  /// The codes of a slot that cannot be beside the visible codes of a row; nil where all can.
  ///
  /// - Parameter first: where the row begins in `codes` and `visible`.
  func impossible(_ slot: Int, _ codes: [Int32], _ visible: [Bool], first: Int) -> [Bool]? {
    var result: [Bool]?
    for clash in clashes[slot] where visible[first + clash.other] {
      let code = Int(codes[first + clash.other])
      guard clash.otherCodes.indices.contains(code), clash.otherCodes[code] else { continue }
      result = result.map { zip($0, clash.codes).map { $0 || $1 } } ?? clash.codes
    }
    return result
  }
}

extension TableCoding {
  /// The column whose code says whether a number is missing, and the codes that say so.
  fileprivate func missingCodes(of column: Int) -> (source: Int, codes: [Bool]) {
    if case .derived(let derived) = columns[column].content, let numbers = derived.numbers {
      return (derived.source, numbers.map(\.isNaN))
    }
    let own = columns[column]
    return (column, (0..<own.codes).map { own.hasMissing && $0 == own.missingCode })
  }
}
