import DownstreamModels
import Neighbours

/// Rows of a table that equal another one in all columns, and whether chance explains them.
///
/// Chance explains repeats where rows that differ in one column only are frequent too: of two rows that agree in all columns
/// but c, a share p = Σ s² over the shares s of c's values agrees in c as well, so pairs · p / (1 − p) repeats are
/// expected; the column with the largest expectation counts. Rows that were copied repeat without such neighbours. One or two
/// rows that make up a tenth of the table each are frequent rows, such as those where nothing happened, not copies; more of
/// them come from a class of a few rows that was over-sampled.
public struct RepeatedRows: Sendable {
  /// The group of equal rows of each row.
  public let group: [Int32]
  /// The first row of each group.
  let first: [Int]
  /// Rows that equal an earlier row.
  public let repeats: Int
  /// The share of rows that equal at least one other: the chance that a new row of the same kind equals one.
  public let share: Double
  /// Whether chance explains the repeats.
  public let areNatural: Bool

  /// The number of equal rows from which on a row is frequent by nature.
  let frequentFrom: Double

  private static let frequent = 0.1, mostFrequent = 2
  private static let mostRows = 20_000

  /// Finds the repeats of some features.
  init(_ features: Features, _ columns: [Comparison.Column]) {
    let words = RowWords([features], columns)
    self.init(words)
  }

  init(_ words: RowWords) {
    let distinct = words.distinct, rows = words.rows
    var counts = [Int](repeating: 0, count: distinct.first.count)
    for group in distinct.group { counts[Int(group)] += 1 }
    group = distinct.group
    first = distinct.first.map(Int.init)
    repeats = rows - counts.count
    share = rows > 0 ? Double(counts.reduce(0) { $0 + ($1 > 1 ? $1 : 0) }) / Double(rows) : 0
    let many = max(2, Self.frequent * Double(rows))
    let from = counts.count { Double($0) >= many } > Self.mostFrequent ? Double.infinity : many
    frequentFrom = from
    let copied = counts.filter { $0 > 1 && Double($0) < from }
    let pairs = copied.reduce(0.0) { $0 + Double($1) * Double($1 - 1) / 2 }
    guard pairs > 3 else {
      areNatural = true
      return
    }
    let some = Array(distinct.first.prefix(Self.mostRows).map(Int.init))
    let scale = Double(rows) / Double(distinct.first.count)
    let part = Double(distinct.first.count) / Double(some.count)
    areNatural = pairs <= 10 * Self.expectedPairs(words, rows: some) * scale * scale * part * part
  }

  /// The pairs of equal rows that are expected among different rows.
  private static func expectedPairs(_ words: RowWords, rows: [Int]) -> Double {
    let keys = RowKeys(words, rows: rows)
    func pairs(_ list: [UInt64]) -> Double {
      var counts: [UInt64: Double] = [:]
      for key in list { counts[key, default: 0] += 1 }
      return counts.values.reduce(0.0) { $0 + $1 * ($1 - 1) / 2 }
    }
    var most = 0.0
    for column in 0..<words.width {
      let near = pairs(keys.without(column))
      guard near > most / 100 else { continue }
      let total = Double(rows.count)
      var counts: [UInt64: Double] = [:]
      for row in rows { counts[words.words[row * words.width + column], default: 0] += 1 }
      let same = counts.values.sorted().reduce(0.0) { $0 + ($1 / total) * ($1 / total) }
      if same < 1 { most = max(most, near * same / (1 - same)) }
    }
    return most
  }
}

/// One number for each row, equal where rows are, from which any column can be taken out.
struct RowKeys {
  private let words: RowWords, rows: [Int]
  private let whole: [UInt64]

  init(_ words: RowWords, rows: [Int]) {
    self.words = words
    self.rows = rows
    whole = rows.map { row in
      (0..<words.width).reduce(UInt64(0)) { $0 &+ Self.mixed(words.words[row * words.width + $1], $1) }
    }
  }

  /// The keys of all columns.
  var all: [UInt64] { whole }

  /// The keys of all columns but one.
  func without(_ column: Int) -> [UInt64] {
    zip(whole, rows).map { key, row in key &- Self.mixed(words.words[row * words.width + column], column) }
  }

  /// SplitMix64 of a word and its column (G. Steele et al., "Fast splittable pseudorandom number generators", 2014).
  private static func mixed(_ word: UInt64, _ column: Int) -> UInt64 {
    var z = word &+ UInt64(column + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
