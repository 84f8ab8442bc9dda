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
  let typed = Array(word.lowercased())
  let reach = max(1, min(3, typed.count / 3))
  var near: [(distance: Int, name: String)] = []
  for name in candidates {
    let letters = Array(name.lowercased())
    let distance = editDistance(typed, letters)
    let isPrefix =
      min(typed.count, letters.count) >= 3 && (letters.starts(with: typed) || typed.starts(with: letters))
    if distance <= reach || isPrefix { near.append((distance, name)) }
  }
  return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
}

/// The optimal-string-alignment distance of two words.
func editDistance(_ a: [Character], _ b: [Character]) -> Int {
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

/// The end of a message about an unknown name: suggestions if any are near, else all that exist.
func suggestionText(for word: String, in candidates: [String]) -> String {
  let near = nearest(to: word, in: candidates)
  if !near.isEmpty { return "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?" }
  if candidates.isEmpty { return "there are none" }
  return "known: \(candidates.sorted().joined(separator: ", "))"
}

/// Whether a name is kebab-case: lower-case letters and digits in words joined by single hyphens.
func isKebabCase(_ name: String) -> Bool {
  let words = name.split(separator: "-", omittingEmptySubsequences: false)
  return words.allSatisfy { word in
    !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) }
  }
}
