/// The order in which numpy's `argpartition` and `argsort` leave the smallest of a list, ties included.
///
/// numpy has a partition of its own for each kind of vector processor, and their ties differ; this is the plain one, which runs
/// where `NPY_DISABLE_CPU_FEATURES` switches the others off, and on other processors.
///
/// Sources: D. Musser, "Introspective sorting and selection algorithms", Software: Practice and Experience 27, 1997;
/// R. Floyd & R. Rivest, "Algorithm 489: select", Communications of the ACM 18, 1975.
public struct Introselect {
  private let values: UnsafePointer<Double>
  private let order: UnsafeMutablePointer<Int32>

  /// Fills `order` with `0..<size`, arranged so that the `count` smallest come first, in order.
  ///
  /// - Precondition: `count` is 1 or more and at most `size`.
  public static func smallest(
    _ count: Int, of values: UnsafePointer<Double>, size: Int, into order: UnsafeMutablePointer<Int32>
  ) {
    precondition(count >= 1 && count <= size, "there are \(size) numbers, not \(count)")
    for place in 0..<size { order[place] = Int32(place) }
    let select = Introselect(values: values, order: order)
    select.place(count - 1, size)
    select.sort(0, count - 1)
  }

  private func value(_ place: Int) -> Double { values[Int(order[place])] }

  private func swap(_ i: Int, _ j: Int) { (order[i], order[j]) = (order[j], order[i]) }

  private func place(_ n: Int, _ size: Int) {
    var low = 0, high = size - 1
    if n < 3 { return placeSmallest(n, size) }
    if n == size - 1 {
      // The greatest, the last of several.
      var greatest = 0
      for place in 1..<size where value(place) >= value(greatest) { greatest = place }
      return swap(n, greatest)
    }
    while low + 1 < high {
      let middle = low + (high - low) / 2
      if value(high) < value(middle) { swap(high, middle) }
      if value(high) < value(low) { swap(high, low) }
      if value(low) < value(middle) { swap(low, middle) }
      // The least of the three stands guard beside the pivot.
      swap(middle, low + 1)
      let pivot = value(low)
      var up = low + 1, down = high
      while true {
        repeat { up += 1 } while value(up) < pivot
        repeat { down -= 1 } while pivot < value(down)
        if down < up { break }
        swap(up, down)
      }
      swap(low, down)
      if down >= n { high = down - 1 }
      if down <= n { low = up }
    }
    if high == low + 1, value(high) < value(low) { swap(high, low) }
  }

  private func placeSmallest(_ n: Int, _ size: Int) {
    for place in 0...n {
      var least = place
      for other in stride(from: place + 1, to: size, by: 1) where value(other) < value(least) { least = other }
      swap(place, least)
    }
  }

  /// Sorts places `first...last`: insertion up to 16 of them, quicksort around a median of three above.
  private func sort(_ first: Int, _ last: Int) {
    var first = first, last = last
    while last - first > 15 {
      let middle = first + (last - first) / 2
      if value(middle) < value(first) { swap(middle, first) }
      if value(last) < value(middle) { swap(last, middle) }
      if value(middle) < value(first) { swap(middle, first) }
      let pivot = value(middle)
      var up = first, down = last - 1
      swap(middle, down)
      while true {
        repeat { up += 1 } while value(up) < pivot
        repeat { down -= 1 } while pivot < value(down)
        if up >= down { break }
        swap(up, down)
      }
      swap(up, last - 1)
      if up - first < last - up {
        sort(up + 1, last)
        last = up - 1
      } else {
        sort(first, up - 1)
        first = up + 1
      }
    }
    for i in stride(from: first + 1, through: last, by: 1) {
      let item = order[i], value = values[Int(item)]
      var j = i
      while j > first, value < self.value(j - 1) {
        order[j] = order[j - 1]
        j -= 1
      }
      order[j] = item
    }
  }
}
