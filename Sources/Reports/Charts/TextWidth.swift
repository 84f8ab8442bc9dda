/// How wide a text will be, roughly: the reader's fonts are not known, so this errs to the wide side.
enum TextWidth {
  /// The width of a text in the units of its height.
  static func of(_ text: String, size: Double = Drawing.fontSize) -> Double {
    text.reduce(0) { $0 + advance($1) } * size
  }

  /// The text, or as much of it as there is room for, with an ellipsis.
  static func fit(_ text: String, _ room: Double, size: Double = Drawing.fontSize) -> String {
    guard of(text, size: size) > room else { return text }
    var width = advance("…") * size
    var short = ""
    for character in text {
      width += advance(character) * size
      if width > room { break }
      short.append(character)
    }
    while short.last == " " { short.removeLast() }
    return short + "…"
  }

  private static func advance(_ character: Character) -> Double {
    guard let ascii = character.asciiValue else {
      let scalar = character.unicodeScalars.first!
      return scalar.value >= 0x1100 ? 1.1 : scalar.properties.isUppercase ? 0.72 : 0.6
    }
    switch Character(UnicodeScalar(ascii)) {
    case "i", "j", "l", "t", "f", "I", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", " ", "/", "r": return 0.36
    case "m", "w", "M", "W", "@", "%": return 0.92
    case "A"..."Z", "&": return 0.72
    default: return 0.59
    }
  }
}
