extension StringProtocol {
  /// The text, cut where it is longer: for a cell in a message.
  ///
  /// Lengths are those of Unicode scalars: what looks like one character may be megabytes of accents.
  public func shortened(to most: Int = 60) -> String {
    let scalars = unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: most, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return String(self) }
    return String(String.UnicodeScalarView(scalars[..<end])) + "…"
  }

  /// The text without its middle where it is longer: for a message that quotes something long.
  public func elided(to most: Int = 2_000) -> String {
    let scalars = unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: most * 2 / 3, limitedBy: scalars.endIndex),
      let start = scalars.index(scalars.endIndex, offsetBy: -(most / 3), limitedBy: scalars.startIndex), end < start
    else { return String(self) }
    return String(String.UnicodeScalarView(scalars[..<end])) + " … "
      + String(String.UnicodeScalarView(scalars[start...]))
  }
}

extension [String] {
  /// The first of the texts, cut where they are long, with commas between them.
  public func listed(first count: Int = 20, each most: Int = 60) -> String {
    prefix(count).map { $0.shortened(to: most) }.joined(separator: ", ") + (self.count > count ? ", …" : "")
  }
}
