/// The nearest points so far, as scikit-learn keeps them: a binary heap of fixed size with the farthest on top.
///
/// A point as far as the farthest does not enter, and which of several that are equally far leaves depends on where
/// they stand in the heap: so ties are decided as scikit-learn decides them where points come in its order.
struct NeighbourHeap {
  /// Puts a point into a heap of `size`, if it is nearer than the farthest there.
  @inline(__always)
  static func push(
    _ value: Double, _ index: Int32, _ values: UnsafeMutablePointer<Double>, _ indices: UnsafeMutablePointer<Int32>,
    size: Int
  ) {
    guard value < values[0] else { return }
    var place = 0
    while true {
      let left = 2 * place + 1, right = left + 1
      guard left < size else { break }
      // The left child goes first where both are equally far.
      let child = right < size && values[left] < values[right] ? right : left
      guard value < values[child] else { break }
      values[place] = values[child]
      indices[place] = indices[child]
      place = child
    }
    values[place] = value
    indices[place] = index
  }

  /// Brings a heap into order, nearest first.
  ///
  /// Up to 15 by insertion, which keeps ties as they stand; above by quicksort around the median of first, middle and
  /// last (D. Musser, "Introspective sorting and selection algorithms", 1997), which moves ties about.
  static func sort(_ values: UnsafeMutablePointer<Double>, _ indices: UnsafeMutablePointer<Int32>, count: Int) {
    func swap(_ i: Int, _ j: Int, _ base: Int) {
      (values[base + i], values[base + j]) = (values[base + j], values[base + i])
      (indices[base + i], indices[base + j]) = (indices[base + j], indices[base + i])
    }
    func order(_ base: Int, _ count: Int) {
      var base = base, count = count
      while count > 15 {
        let middle = count / 2, last = count - 1
        if values[base] > values[base + last] { swap(0, last, base) }
        if values[base + last] > values[base + middle] {
          swap(last, middle, base)
          if values[base] > values[base + last] { swap(0, last, base) }
        }
        let pivot = values[base + last]
        var i = 1, j = count - 2
        while true {
          while i <= j, values[base + i] < pivot { i += 1 }
          while i <= j, values[base + j] > pivot { j -= 1 }
          guard i < j else { break }
          swap(i, j, base)
          i += 1
          j -= 1
        }
        swap(i, last, base)
        order(base, i)
        base += i + 1
        count -= i + 1
      }
      for i in stride(from: 1, to: count, by: 1) {
        let value = values[base + i], index = indices[base + i]
        var j = i
        while j > 0, values[base + j - 1] > value {
          values[base + j] = values[base + j - 1]
          indices[base + j] = indices[base + j - 1]
          j -= 1
        }
        values[base + j] = value
        indices[base + j] = index
      }
    }
    order(0, count)
  }
}
