extension MaskedSampler {
  /// The rows of one shard, row-major.
  struct Rows: Sendable {
    var count: Int
    var codes: [Int32]
    var scores: [Float]
    /// `[rows, columns]`: numbers as they will be written; missing is NaN.
    var numbers: [Double]
    /// `[rows, columns]`: derived cells that are given, by their place among the column's cells, where the source may
    /// be one of several codes; below 0 elsewhere. Empty where there are none.
    var given: [Int32] = []

    /// Only some of the rows.
    func selecting(_ rows: [Int]) -> Rows {
      func take<T>(_ values: [T]) -> [T] {
        let width = count == 0 ? 0 : values.count / count
        return rows.flatMap { values[$0 * width..<($0 + 1) * width] }
      }
      return Rows(
        count: rows.count, codes: take(codes), scores: take(scores), numbers: take(numbers), given: take(given))
    }

    mutating func replace(_ rows: [Int], with other: Rows) {
      func put<T>(_ from: [T], _ to: inout [T]) {
        let width = count == 0 ? 0 : to.count / count
        for (index, row) in rows.enumerated() {
          to.replaceSubrange(row * width..<(row + 1) * width, with: from[index * width..<(index + 1) * width])
        }
      }
      put(other.codes, &codes)
      put(other.scores, &scores)
      put(other.numbers, &numbers)
    }
  }
}
