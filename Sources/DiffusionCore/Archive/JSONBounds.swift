/// What a JSON text of a file may be before it is decoded: a decoder takes many times the memory of its text.
enum JSONBounds {
  /// The greatest depth of lists and objects, and the most values.
  static let depth = 64, values = 8_000_000

  /// Why a text is not to be decoded; nil where nothing speaks against it. Whether it is JSON is for the decoder to say.
  static func flaw(in text: some Collection<UInt8>) -> String? {
    var depth = 0, values = 1, isText = false, isEscaped = false
    for byte in text {
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        values += 1
        if depth > Self.depth { return "its lists and objects are more than \(Self.depth) deep" }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        values += 1
        if values > Self.values { return "it has more than \(Self.values) values" }
      default: break
      }
    }
    return nil
  }
}
