import Evaluation
import Tables
import Tensors

extension HidingPlan {
  /// Chooses cells of series: gaps of the data are laid elsewhere, over all channels that miss at the same time, so that
  /// what is hidden is as long, and as bare of other channels, as what is to be filled.
  ///
  /// - Parameters:
  ///   - table: the rows.
  ///   - index: the series.
  ///   - columns: the places of the channels that are to be filled.
  ///   - longest: gaps with more time steps are not filled, and so not laid; nil for no limit.
  ///   - random: a stream of this choice alone.
  /// - Returns: nil where there are too few values to hide any.
  public func cells(
    of table: Table, index: SeriesIndex, columns: [Int], longest: Int? = nil, random: RandomStream
  ) -> HiddenCells? {
    var random = random
    var quota = Quota(self, table, columns)
    guard quota.total > 0 else { return nil }
    let gaps = columns.flatMap { column in
      index.gaps(of: table.columns[column]).filter { $0.length <= longest ?? .max }.map { (column: column, gap: $0) }
    }
    var taken = Set<Cell>()
    func isThere(_ row: Int, _ column: Int) -> Bool {
      !table.columns[column].isMissing(row) && !taken.contains(Cell(row, column))
    }
    let weights = index.entities.map(\.rows.count)
    let total = weights.reduce(0, +)
    /// An entity, by the number of its rows.
    func entity() -> Int {
      var place = random.integer(below: max(total, 1))
      for (index, weight) in weights.enumerated() {
        if place < weight { return index }
        place -= weight
      }
      return weights.count - 1
    }

    var attempts = 0
    while !gaps.isEmpty, !quota.isMet, attempts < 20_000 {
      attempts += 1
      let donor = gaps[random.integer(below: gaps.count)]
      let source = index.entities[donor.gap.entity].rows[donor.gap.steps]
      let target = index.entities[entity()].rows
      // A value on either side of it makes the gap as long as its donor.
      guard target.count >= donor.gap.length + 2 else { continue }
      let start = 1 + random.integer(below: target.count - donor.gap.length - 1)
      let window = start..<start + donor.gap.length
      guard (start - 1..<window.upperBound + 1).allSatisfy({ isThere(target[$0], donor.column) }) else { continue }
      for (place, row) in zip(source, target[window]) {
        for column in columns where table.columns[column].isMissing(place) && isThere(row, column) {
          if quota.take(column) { taken.insert(Cell(row, column)) }
        }
      }
    }
    for column in columns {
      for row in random.permutation(table.rowCount) {
        guard quota.lacks(column, gaps.isEmpty) else { break }
        if isThere(row, column), quota.take(column) { taken.insert(Cell(row, column)) }
      }
    }
    guard !taken.isEmpty else { return nil }
    return found(taken, in: table, index, columns, hiding: gaps.isEmpty ? .random : .gaps, observed: quota.observed)
  }

  private func found(
    _ taken: Set<Cell>, in table: Table, _ index: SeriesIndex, _ columns: [Int],
    hiding: SelfCheckResult.Hiding, observed: Int
  ) -> HiddenCells {
    let result = columns.compactMap { column -> HiddenCells.InColumn? in
      let rows = taken.filter { $0.column == column }.map(\.row).sorted()
      guard !rows.isEmpty else { return nil }
      var emptied = table.columns[column]
      emptied.empty(rows: rows)
      var lengths: [Int: Int] = [:]
      for gap in index.gaps(of: emptied) {
        for row in index.entities[gap.entity].rows[gap.steps] { lengths[row] = gap.length }
      }
      return .init(column: column, rows: rows, gapLengths: rows.map { lengths[$0] ?? 1 })
    }
    return HiddenCells(columns: result, hiding: hiding, observed: observed)
  }
}
