extension GowerSpace {
  /// The nearest rows of one table that may give a value, for each of several kinds of value.
  ///
  /// Exact; the rows are measured once, in blocks, so that memory does not grow with them.
  ///
  /// - Parameters:
  ///   - count: how many for each kind; fewer where fewer may give it.
  ///   - row: the row of `table` that asks.
  ///   - columns: the columns that tell the distance.
  ///   - eligible: by kind, for each row of the other table 1 where it may give a value.
  /// - Returns: by kind the rows, nearest first, and the smaller index first at ties.
  public func donors(
    count: Int, among other: Int, to row: Int, of table: Int, by columns: [Int], eligible: [[UInt8]]
  ) -> [[Int32]] {
    let size = rowCounts[other]
    var block = Block(columns: columns.count)
    var rows = [[Int32]](repeating: [], count: eligible.count)
    var distances = [[Int32]](repeating: [], count: eligible.count)
    var start = 0
    while start < size {
      let some = min(Block.rows, size - start)
      block.measure(self, among: other, row, of: table, columns, start: start, count: some)
      block.sums.withUnsafeBufferPointer { sums in
        for kind in eligible.indices {
          eligible[kind].withUnsafeBufferPointer { eligible in
            var limit = distances[kind].count < count ? Int32.max : distances[kind][count - 1]
            for place in 0..<some where sums[place] < limit && eligible[start + place] != 0 {
              var at = distances[kind].count
              while at > 0, distances[kind][at - 1] > sums[place] { at -= 1 }
              distances[kind].insert(sums[place], at: at)
              rows[kind].insert(Int32(start + place), at: at)
              if distances[kind].count > count {
                distances[kind].removeLast()
                rows[kind].removeLast()
              }
              if distances[kind].count == count { limit = distances[kind][count - 1] }
            }
          }
        }
      }
      start += some
    }
    return rows
  }
}
