/// How wide a text will be, roughly: the reader's fonts are not known, so this errs to the wide side.
enum TextWidth {
  /// The width of a text in the units of its height.
  static func of(_ text: String, size: Double = Drawing.fontSize) -> Double {
    text.reduce(0) { $0 + advance($1) } * size
  }

  /// The text, or as much of it as there is room for, with an ellipsis: at the end, or before a third that is kept
  /// where names differ by their end.
  static func fit(_ text: String, _ room: Double, size: Double = Drawing.fontSize, keepsEnd: Bool = false) -> String {
    guard of(text, size: size) > room else { return text }
    let free = max(0, room / size - advance("…"))
    let end = keepsEnd ? String(taken(text.reversed(), free / 3).reversed()) : ""
    var start = taken(text, free - of(end, size: 1))
    while start.last == " " { start.removeLast() }
    return start + "…" + end
  }

  private static func taken(_ text: some Sequence<Character>, _ room: Double) -> String {
    var width = 0.0
    return String(
      text.prefix { character in
        width += advance(character)
        return width <= room
      })
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
