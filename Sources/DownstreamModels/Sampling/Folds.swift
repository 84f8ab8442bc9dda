import Tensors

/// Random divisions of rows into folds of nearly equal size.
public enum Folds {
  /// The fold, 0 up to `folds`, of each row.
  public static func plain(rows: Int, folds: Int, stream: RandomStream) -> [Int] {
    precondition(folds > 0, "rows are divided into 1 fold or more, not \(folds)")
    var stream = stream
    var fold = [Int](repeating: 0, count: rows)
    for (place, row) in stream.permutation(rows).enumerated() { fold[row] = place % folds }
    return fold
  }

  /// The fold of each row, each class being spread evenly over the folds. Rows of no class, below 0, are a class of
  /// their own.
  public static func stratified(_ classes: [Int], classes count: Int, folds: Int, stream: RandomStream) -> [Int] {
    precondition(folds > 0, "rows are divided into 1 fold or more, not \(folds)")
    var stream = stream
    var fold = [Int](repeating: 0, count: classes.count)
    // Dealt out class by class in random order within the class, going on where the last class ended: so that the
    // folds of many small classes are of one size too.
    var members = [[Int]](repeating: [], count: count + 1)
    for row in stream.permutation(classes.count) {
      let label = classes[row]
      members[label >= 0 && label < count ? label : count].append(row)
    }
    var place = 0
    for rows in members {
      for row in rows {
        fold[row] = place % folds
        place += 1
      }
    }
    return fold
  }

  /// The same with rows of one group in one fold.
  ///
  /// Groups of several rows come first, the largest first, each to the fold that has the smallest part of its classes so
  /// far; then rows by themselves, to the fold with the fewest of their class. Where no two rows share a group this is
  /// ``stratified(_:classes:folds:stream:)``.
  public static func stratified(
    _ classes: [Int], classes count: Int, groups: [Int], folds: Int, stream: RandomStream
  ) -> [Int] {
    precondition(groups.count == classes.count, "each row has a group")
    var members: [Int: [Int]] = [:]
    for (row, group) in groups.enumerated() { members[group, default: []].append(row) }
    guard members.count < classes.count else {
      return stratified(classes, classes: count, folds: folds, stream: stream)
    }
    func label(_ row: Int) -> Int { classes[row] >= 0 && classes[row] < count ? classes[row] : count }
    var totals = [Double](repeating: 0, count: count + 1)
    for row in classes.indices { totals[label(row)] += 1 }
    var stream = stream
    // In an order by chance, of which a stable sort by size keeps what ties leave open.
    var seen: Set<Int> = []
    let order = stream.permutation(classes.count).map { groups[$0] }.filter { seen.insert($0).inserted }
    let bySize = order.enumerated().sorted {
      (members[$1.element]!.count, $0.offset) < (members[$0.element]!.count, $1.offset)
    }.map(\.element)
    var fold = [Int](repeating: 0, count: classes.count)
    var filled = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: folds)
    var sizes = [Int](repeating: 0, count: folds)
    for group in bySize {
      let rows = members[group]!
      let labels = Set(rows.map(label))
      let best =
        (0..<folds).min { a, b in
          func fill(_ number: Int) -> Double { labels.sorted().reduce(0) { $0 + filled[number][$1] / totals[$1] } }
          return (fill(a), sizes[a], a) < (fill(b), sizes[b], b)
        } ?? 0
      for row in rows {
        fold[row] = best
        filled[best][label(row)] += 1
      }
      sizes[best] += rows.count
    }
    return fold
  }

  /// At most `limit` of the rows, drawn without replacement, in ascending order.
  public static func sample(_ limit: Int, of rows: Int, stream: RandomStream) -> [Int] {
    guard limit < rows else { return Array(0..<rows) }
    var stream = stream
    return stream.permutation(rows).prefix(limit).sorted()
  }
}

extension Outcome {
  /// The fold of each row: classes are spread evenly over the folds, numbers as they come.
  func folds(_ count: Int, stream: RandomStream) -> [Int] {
    switch self {
    case .classes(let classes, let kinds): Folds.stratified(classes, classes: kinds, folds: count, stream: stream)
    case .numbers(let numbers): Folds.plain(rows: numbers.count, folds: count, stream: stream)
    }
  }
}
