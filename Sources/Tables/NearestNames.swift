/// The candidates nearest to a mistyped word, best first: what "did you mean" shows.
///
/// Distance is the optimal-string-alignment distance (insertions, deletions, substitutions and swaps of
/// neighbours cost 1 each), without regard to case. A candidate counts as near up to a third of the word's
/// length, at least 1 and at most 3, or when one is a prefix (three letters or more) of the other.
///
/// Source: F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964.
///
/// - Parameters:
///   - word: what the user wrote.
///   - candidates: the names that exist.
///   - limit: how many to return at most.
/// - Returns: near candidates by distance, ties in alphabetical order.
public func nearest(to word: String, in candidates: some Sequence<String>, limit: Int = 3) -> [String] {
  // A name of thousands of letters, from a broken file, is told by its beginning.
  func letters(_ text: String) -> [Character] { Array(text.lowercased().prefix(200)) }
  let typed = letters(word)
  let reach = max(1, min(3, typed.count / 3))
  var near: [(distance: Int, name: String)] = []
  for name in candidates {
    let other = letters(name)
    let isPrefix = min(typed.count, other.count) >= 3 && (other.starts(with: typed) || typed.starts(with: other))
    guard isPrefix || abs(typed.count - other.count) <= reach else { continue }
    let distance = editDistance(typed, other)
    if distance <= reach || isPrefix { near.append((distance, name)) }
  }
  return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
}

/// The optimal-string-alignment distance of two words.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    for j in 0..<b.count {
      var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
      current.append(best)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.count]
}
