/// Which rows of a table are equal to which.
public struct DistinctRows: Sendable {
  /// The group of each row. Groups are numbered in the order of their first rows.
  public let group: [Int32]
  /// The first row of each group.
  public let first: [Int32]

  /// Groups equal rows of a row-major table of words.
  ///
  /// - Precondition: fewer than 2³¹ rows; `words` holds `rows × width`.
  public init(words: [UInt64], width: Int, rows: Int) {
    precondition(words.count == rows * width && rows < Int(Int32.max))
    var size = 16
    while size < rows * 2 { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    var group = [Int32](repeating: 0, count: rows)
    var first: [Int32] = []
    words.withUnsafeBufferPointer { words in
      for row in 0..<rows {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for column in 0..<width {
          hash = (hash ^ words[row * width + column]) &* 0xFF51_AFD7_ED55_8CCD
          hash ^= hash >> 32
        }
        var slot = Int(truncatingIfNeeded: hash) & (size - 1)
        while true {
          let known = slots[slot]
          if known < 0 {
            slots[slot] = Int32(first.count)
            group[row] = Int32(first.count)
            first.append(Int32(row))
            break
          }
          let other = Int(first[Int(known)]) * width
          var equal = true
          for column in 0..<width where words[other + column] != words[row * width + column] {
            equal = false
            break
          }
          if equal {
            group[row] = known
            break
          }
          slot = (slot + 1) & (size - 1)
        }
      }
    }
    self.group = group
    self.first = first
  }

  /// The rows of each group in order: those of group g lie at `offsets[g] ..< offsets[g + 1]` of `rows`.
  func members() -> (offsets: [Int32], rows: [Int32]) {
    var offsets = [Int32](repeating: 0, count: first.count + 1)
    for g in group { offsets[Int(g) + 1] += 1 }
    for g in 0..<first.count { offsets[g + 1] += offsets[g] }
    var next = offsets
    var rows = [Int32](repeating: 0, count: group.count)
    for (row, g) in group.enumerated() {
      rows[Int(next[Int(g)])] = Int32(row)
      next[Int(g)] += 1
    }
    return (offsets, rows)
  }
}
