/// New rows as a method draws them: each on the way from an old row to another, or beside it.
///
/// A number is base + step (other − base), rounded once an operation as numpy does.
struct RowDraws: Sendable {
  /// The old row that each new one begins from.
  var bases: [Int32] = []
  /// The old row that it goes towards; empty where it stays.
  var others: [Int32] = []
  /// How far it goes.
  var steps: [Double] = []
  /// What the way is shortened by before; empty where by nothing.
  var shares: [Double] = []
  /// What is added to each number, `[rows, numbers]`; empty where nothing is.
  var offsets: [Double] = []
  /// Categories that were voted, `[columns][rows]`; empty where those of the base are kept.
  var codes: [[Int32]] = []

  /// The number of a new row in a column.
  func number(_ row: Int, _ column: Int, of columns: Int, in values: [Double]) -> Double {
    let base = values[Int(bases[row])]
    if !others.isEmpty {
      let other = values[Int(others[row])]
      var way = other - base
      guard way.isFinite else {
        let step = shares.isEmpty ? steps[row] : steps[row] * shares[row]
        return (1 - step) * base + step * other
      }
      if !shares.isEmpty { way *= shares[row] }
      return base + steps[row] * way
    }
    guard !offsets.isEmpty else { return base }
    let number = offsets[row * columns + column] + base
    return min(max(number, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }
}
