/// Recognises numbers in notations that would be misread: thousands separators and the other decimal mark.
enum ForeignNumbers {
  /// Whether the text is a number with thousands separators, such as 1,234.56 or 1 234: groups of three digits after
  /// the first, of one to three. `mark` is the decimal mark of the file. (1.234 is a plain number where the mark is a
  /// point.)
  static func hasThousandsSeparator(_ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8) -> Bool {
    // A no-break space (U+00A0) or narrow one (U+202F) separates too: seen as one plain space.
    let text = String(decoding: bytes, as: UTF8.self)
      .map { $0 == "\u{a0}" || $0 == "\u{202f}" ? " " : $0 }
    var rest = text[...]
    if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
    guard let separator = rest.first(where: { !$0.isWholeNumber }), ",.' ".contains(separator) else { return false }
    let pieces = rest.split(separator: separator, omittingEmptySubsequences: false)
    guard pieces.count >= 2, isDigits(pieces[0]), (1...3).contains(pieces[0].count) else { return false }
    for piece in pieces[1..<(pieces.count - 1)] where !isDigits(piece) || piece.count != 3 { return false }
    let last = pieces[pieces.count - 1]
    let other: Character = separator == "." ? "," : "."
    let whole = last.prefix { $0 != other }
    guard whole.count == 3, isDigits(whole) else { return false }
    let fraction = last.dropFirst(3)
    guard fraction.isEmpty || isDigits(fraction.dropFirst()) else { return false }
    return !(pieces.count == 2 && fraction.isEmpty && separator == Character(UnicodeScalar(mark)))
  }

  private static func isDigits(_ text: ArraySlice<Character>) -> Bool {
    text.allSatisfy { $0.isASCII && $0.isWholeNumber }
  }
}
