import DownstreamModels
import Neighbours
import Tensors

/// Counts the rows that tables share, says what chance explains of them, and whether the hold-out is one.
///
/// Chance is what the rows of a table share with each other, what rows share whose columns were shuffled, each by itself,
/// and, of synthetic rows, what they share with a hold-out and the hold-out with the real table: the largest of these.
struct TableOverlaps {
  let comparison: Comparison
  let random: RandomStream
  let threads: Int

  /// An overlap beyond chance makes a hold-out useless from this share on.
  static let tolerated = 0.02
  /// The share of rows that equal another up to which they are taken for natural in any case.
  private static let mostNatural = 0.05

  func measure() -> OverlapDetails {
    let real = RepeatedRows(comparison.real, comparison.columns)
    let held = comparison.holdout.map { RepeatedRows($0, comparison.columns) }
    var once = comparison, ownRepeats = real, heldRepeats = held
    // Rows that were copied, as over-sampling does, would pass for what chance explains. A few that repeat are in the nature of
    // many tables, though no column explains them.
    if !real.areNatural, real.share > Self.mostNatural {
      once.real = comparison.real.rows(real.first)
      ownRepeats = RepeatedRows(once.real, comparison.columns)
    }
    if let held, !held.areNatural, held.share > Self.mostNatural, let holdout = comparison.holdout?.rows(held.first) {
      once.holdout = holdout
      heldRepeats = RepeatedRows(holdout, comparison.columns)
    }
    var details = TableOverlaps(comparison: once, random: random, threads: threads).measureOnce(ownRepeats, heldRepeats)
    details.repeats.real = real.repeats
    details.repeats.holdout = held?.repeats
    details.repeats.areNatural = real.areNatural
    return details
  }

  private func measureOnce(_ real: RepeatedRows, _ repeatsOfHoldout: RepeatedRows?) -> OverlapDetails {
    let (columns, holdout) = (comparison.columns, comparison.holdout.flatMap { $0.rowCount > 0 ? $0 : nil })
    let synthetic = RepeatedRows(comparison.synthetic, columns), held = holdout == nil ? nil : repeatsOfHoldout
    let words = RowWords([comparison.real, comparison.synthetic] + (holdout.map { [$0] } ?? []), columns)
    let sets = Groups(
      words.distinct, [comparison.real.rowCount, comparison.synthetic.rowCount, holdout?.rowCount ?? 0])
    let near = NearCopyMeasurement(columns: columns, random: random.child(1), threads: threads)

    var holdoutInReal: OverlapDetails.Overlap?, syntheticInHoldout: OverlapDetails.Overlap?
    var fault: OverlapDetails.Fault?
    if let holdout, let held {
      let natural = max(real.share, held.share)
      holdoutInReal = sets.overlap(
        2, in: 0, byChance: max(natural, shuffled(holdout, against: comparison.real)),
        near: near.measure(holdout, of: comparison.real))
      syntheticInHoldout = sets.overlap(
        1, in: 2, byChance: max(natural, shuffled(comparison.synthetic, against: holdout)),
        near: near.measure(comparison.synthetic, of: holdout))
      if Self.exceeds(holdoutInReal!, of: comparison.real.rowCount, rows: holdout.rowCount) {
        fault = .learned
      } else if let found = syntheticInHoldout,
        sharesFarMore(found, sets.overlap(1, in: 0, byChance: 0, near: nil), holdout.rowCount)
          || Self.isNear(found.near)
      {
        fault = .synthetic
      }
    }
    let coincidence = shuffled(comparison.synthetic, against: comparison.real)
    var chance = max(real.share, coincidence)
    if fault == nil, let holdout, let inHoldout = syntheticInHoldout, let inReal = holdoutInReal {
      chance = max(chance, inReal.share)
      // Of tables that hold most of the possible rows, a generator that knows its rows no better than others meets both
      // as often, row by row. Elsewhere it may have learned the hold-out too.
      if coincidence > 0.05, holdout.rowCount >= 50 {
        chance = max(chance, min(1, inHoldout.share * Double(sets.different(0)) / Double(max(1, sets.different(2)))))
      }
    }
    return OverlapDetails(
      repeats: .init(
        real: real.repeats, synthetic: synthetic.repeats, holdout: held?.repeats, areNatural: real.areNatural),
      syntheticInReal: sets.overlap(
        1, in: 0, byChance: chance, near: near.measure(comparison.synthetic, of: comparison.real)),
      holdoutInReal: holdoutInReal, syntheticInHoldout: syntheticInHoldout,
      allButOneColumn: allButOne(usesHoldout: fault == nil),
      differentRows: sets.different(1), differentRowsByChance: expectedDifferent(real), fault: fault)
  }

  /// Whether more rows equal one of another table than chance explains, or nearly equal one.
  private static func exceeds(_ overlap: OverlapDetails.Overlap, of table: Int, rows: Int) -> Bool {
    let (share, chance) = (overlap.share, overlap.byChance)
    let (n, m) = (Double(rows), Double(table))
    let error = (chance * (1 - chance) * (1 / n + 1 / m) + 1 / (n * n)).squareRoot()
    let isCopied = share - chance > tolerated * (1 - chance) && share - chance > 3.5 * error
    return isCopied || isNear(overlap.near)
  }

  private static func isNear(_ near: OverlapDetails.NearCopies?) -> Bool {
    guard let near else { return false }
    return near.interval.low > 0.6 || near.closeLow - near.closeByChance > 0.05
  }

  /// Whether synthetic rows stand in the hold-out far beyond chance, and beyond how often they stand in the real table.
  private func sharesFarMore(
    _ held: OverlapDetails.Overlap, _ learned: OverlapDetails.Overlap, _ rows: Int
  ) -> Bool {
    let synthetic = comparison.synthetic.rowCount
    let perRow = Double(rows) / Double(comparison.real.rowCount)
    let chance = max(held.byChance, min(1, learned.share * max(1, perRow)))
    return Self.exceeds(.init(rows: held.rows, share: held.share, byChance: chance), of: rows, rows: synthetic)
  }

  /// How often rows stand in a table once each column is shuffled by itself: coincidences of their values alone.
  private func shuffled(_ rows: Features, against table: Features) -> Double {
    var stream = random.child(2)
    let mixed = Features(
      names: rows.names, columns: rows.columns.map { $0.rows(stream.permutation(rows.rowCount)) },
      rowCount: rows.rowCount)
    let distinct = RowWords([table, mixed], comparison.columns).distinct
    let hits = distinct.group[table.rowCount...].reduce(0) {
      $0 + (Int(distinct.first[Int($1)]) < table.rowCount ? 1 : 0)
    }
    return Double(hits) / Double(max(1, rows.rowCount))
  }

  /// How many different rows as many real rows as there are synthetic ones would have: G. Good's rarefaction,
  /// Σ 1 − (1 − nᵢ / n)^m over groups of nᵢ rows, at most all that there are scaled up.
  private func expectedDifferent(_ real: RepeatedRows) -> Double {
    let (n, m) = (comparison.real.rowCount, comparison.synthetic.rowCount)
    guard n > 0 else { return 0 }
    var counts: [Int32: Int] = [:]
    for group in real.group { counts[group, default: 0] += 1 }
    let share = Double(counts.count) / Double(n)
    guard m < n else { return share * share > 0.9 ? Double(m) * share : Double(counts.count) }
    // Drawn without replacement, log of (n − nᵢ choose m) / (n choose m) for small groups nearly (1 − m / n)^nᵢ.
    let left = 1 - Double(m) / Double(n)
    return counts.values.sorted().reduce(0) { $0 + 1 - Self.power(left, $1) }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, left) = (1.0, base, exponent)
    while left > 0 {
      if left & 1 == 1 { result *= factor }
      factor *= factor
      left >>= 1
    }
    return result
  }

  /// The column without which the most synthetic rows equal a real one, where neither chance nor whole copies explain it.
  private func allButOne(usesHoldout: Bool) -> OverlapDetails.ButOne? {
    guard comparison.columns.count > 2 else { return nil }
    let cap = 20_000
    let tables =
      [
        comparison.real.sample(5 * cap, random.child(3)), comparison.synthetic.sample(cap, random.child(4)),
      ] + (usesHoldout ? comparison.holdout.map { [$0.sample(cap, random.child(5))] } ?? [] : [])
    // Coincidences of the columns' values alone.
    var stream = random.child(6)
    let mixed = Features(
      names: tables[1].names, columns: tables[1].columns.map { $0.rows(stream.permutation(tables[1].rowCount)) },
      rowCount: tables[1].rowCount)
    let words = RowWords(tables + [mixed], comparison.columns)
    var keys: [RowKeys] = []
    var start = 0
    for table in tables + [mixed] {
      keys.append(RowKeys(words, rows: Array(start..<start + table.rowCount)))
      start += table.rowCount
    }
    let copies = Set(keys[0].all)
    let copied = Double(keys[1].all.count { copies.contains($0) }) / Double(max(1, tables[1].rowCount))
    var worst: OverlapDetails.ButOne?
    for column in comparison.columns.indices {
      let partial = keys.map { $0.without(column) }
      let known = Dictionary(partial[0].map { ($0, 1) }, uniquingKeysWith: +)
      func share(_ table: Int) -> Double {
        Double(partial[table].count { known[$0] != nil }) / Double(max(1, partial[table].count))
      }
      let found = share(1)
      var chance = Double(partial[0].count { known[$0]! > 1 }) / Double(max(1, partial[0].count))
      for other in 2..<keys.count { chance = max(chance, share(other)) }
      // What whole copies explain is told by themselves.
      guard found > worst?.share ?? 0, found - copied > 0.05,
        Self.exceeds(
          .init(rows: 0, share: found, byChance: chance), of: tables[0].rowCount, rows: tables[1].rowCount)
      else { continue }
      worst = .init(column: comparison.columns[column].name, share: found, byChance: chance)
    }
    return worst
  }
}

/// Which rows of tables, one after another, are equal.
private struct Groups {
  private let groups: [[Int32]]
  private let tables: [Set<Int32>]

  init(_ distinct: DistinctRows, _ sizes: [Int]) {
    var start = 0
    var parts: [[Int32]] = []
    for size in sizes {
      parts.append(Array(distinct.group[start..<start + size]))
      start += size
    }
    groups = parts
    tables = parts.map(Set.init)
  }

  func different(_ table: Int) -> Int { tables[table].count }

  func overlap(
    _ first: Int, in second: Int, byChance: Double, near: OverlapDetails.NearCopies?
  ) -> OverlapDetails.Overlap {
    let rows = groups[first].count { tables[second].contains($0) }
    return .init(
      rows: rows, share: Double(rows) / Double(max(1, groups[first].count)), byChance: byChance, near: near)
  }
}

extension OverlapDetails.NearCopies {
  /// The lower end of the share of close rows (Wilson).
  var closeLow: Double {
    let rate = SuccessRate(attempts: rows, successes: close * Double(rows))
    return max(0, rate.rate - rate.error)
  }
}
