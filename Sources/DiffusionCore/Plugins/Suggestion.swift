import Tables

/// The end of a message about an unknown name: suggestions if any are near, else all that exist.
func suggestion(for word: String, in candidates: [String]) -> String {
  let near = nearest(to: word, in: candidates)
  if !near.isEmpty { return "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?" }
  if candidates.isEmpty { return "there are none" }
  return "known: \(candidates.sorted().joined(separator: ", "))"
}

/// The cure of an unknown name: the nearest one, else the first dozen of all.
package func nearOrKnown(_ name: String, _ known: [String]) -> String {
  nearest(to: name, in: known).first.map { "did you mean '\($0)'?" } ?? "known: \(known.listed(first: 12))"
}

/// Whether a name is kebab-case: lower-case letters and digits in words joined by single hyphens.
package func isKebabCase(_ name: String) -> Bool {
  let words = name.split(separator: "-", omittingEmptySubsequences: false)
  return words.allSatisfy { word in
    !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) }
  }
}
