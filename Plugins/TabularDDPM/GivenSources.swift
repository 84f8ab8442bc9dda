/// Holds sources to derived cells that are given: of a row whose country is given the post code is one of that country.
///
/// The network does not see derived columns, so that their sources would be drawn without regard to them.
struct GivenSources: Sendable {
  private struct Follower: Sendable {
    var column: Int
    var cellOfCode: [Int32]
  }
  /// By slot, the derived columns that follow from its codes.
  private var followers: [[Follower]]
  private let columns: Int

  init(_ coding: TableCoding, layout: SlotLayout) {
    columns = coding.columns.count
    followers = Array(repeating: [], count: layout.slots.count)
    for (index, column) in coding.columns.enumerated() {
      guard case .derived(let derived) = column.content else { continue }
      followers[layout.slotsOfColumn[derived.source][0]].append(
        Follower(column: index, cellOfCode: derived.cellOfCode))
    }
  }

  /// The slots whose codes are limited in some row.
  func slots(limitedIn rows: MaskedSampler.Rows) -> Set<Int> {
    guard !rows.given.isEmpty else { return [] }
    return Set(
      followers.indices.filter { slot in
        followers[slot].contains { own in
          (0..<rows.count).contains { rows.given[$0 * columns + own.column] >= 0 }
        }
      })
  }

  /// The codes of a slot that give another cell than a row says, added to those that are impossible; `others` alone
  /// where no code would be left.
  func impossible(_ slot: Int, row: Int, of rows: MaskedSampler.Rows, codes: Int, and others: [Bool]?) -> [Bool]? {
    guard !rows.given.isEmpty else { return others }
    var result = others
    for own in followers[slot] {
      let cell = rows.given[row * columns + own.column]
      guard cell >= 0 else { continue }
      var all = result ?? Array(repeating: false, count: codes)
      for (code, other) in own.cellOfCode.enumerated() where code < codes && other != cell { all[code] = true }
      result = all
    }
    return result.map { $0.contains(false) } ?? true ? result : others
  }
}
