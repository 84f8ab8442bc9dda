/// Selection of the n-th smallest, with the arrangement of the others that libstdc++'s `std::nth_element` leaves.
///
/// Quickselect around the median of the second, the middle and the last element, by an unguarded partition, down to
/// three elements that are put in order by insertion. Source: D. Musser, "Introspective sorting and selection
/// algorithms", Software: Practice and Experience 27, 1997. Where pivots are bad 2 log₂ n times the original goes over to a
/// heap, which keys without ties in a random order do not bring about; here the search goes on.
enum Selection {
  /// Arranges `items[0..<count]` so that the n-th is where it belongs, none before it is greater and none after it smaller.
  ///
  /// - Parameter precedes: a strict order of all items, without ties.
  @inline(__always)
  static func place(
    _ n: Int, of items: UnsafeMutablePointer<Int32>, count: Int, precedes: (Int32, Int32) -> Bool
  ) {
    guard n < count else { return }
    var first = 0, last = count
    while last - first > 3 {
      let a = first + 1, b = first + (last - first) / 2, c = last - 1
      func swap(_ i: Int, _ j: Int) { (items[i], items[j]) = (items[j], items[i]) }
      // The median of three goes to the front.
      if precedes(items[a], items[b]) {
        swap(first, precedes(items[b], items[c]) ? b : precedes(items[a], items[c]) ? c : a)
      } else {
        swap(first, precedes(items[a], items[c]) ? a : precedes(items[b], items[c]) ? c : b)
      }
      let pivot = items[first]
      var low = first + 1, high = last
      while true {
        while precedes(items[low], pivot) { low += 1 }
        high -= 1
        while precedes(pivot, items[high]) { high -= 1 }
        guard low < high else { break }
        swap(low, high)
        low += 1
      }
      if low <= n { first = low } else { last = low }
    }
    for i in stride(from: first + 1, to: last, by: 1) {
      let item = items[i]
      var j = i
      while j > first, precedes(item, items[j - 1]) {
        items[j] = items[j - 1]
        j -= 1
      }
      items[j] = item
    }
  }
}
