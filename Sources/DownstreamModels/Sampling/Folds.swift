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
