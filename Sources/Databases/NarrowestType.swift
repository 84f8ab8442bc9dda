/// The narrowest type that holds all values of a column as they are written.
struct NarrowestType {
  private enum Kind { case none, integer, real, text }
  private var kind = Kind.none
  /// Whether a whole number has more digits than a REAL keeps.
  private var hasLongInteger = false

  /// Digits that a REAL keeps whatever they are.
  private static let mostDigits = 15

  /// INTEGER, REAL or TEXT.
  var name: String {
    switch kind {
    case .integer: "INTEGER"
    case .real: hasLongInteger ? "TEXT" : "REAL"
    case .none, .text: "TEXT"
    }
  }

  /// Takes a value, with a point where it has decimals.
  mutating func add(_ value: String) {
    guard kind != .text else { return }
    let bare = value.utf8.first == UInt8(ascii: "-") ? value.utf8.dropFirst() : value.utf8[...]
    let isWhole = bare.allSatisfy(Self.isDigit)
    // What a number would lose, such as the zeros before a postcode, makes it a text.
    let isPadded = bare.first == UInt8(ascii: "0") && bare.dropFirst().first.map(Self.isDigit) == true
    let isNumber =
      isWhole || (bare.allSatisfy { Self.isDigit($0) || "+-.Ee".utf8.contains($0) } && Double(value)?.isFinite == true)
    guard let first = bare.first, Self.isDigit(first) || first == UInt8(ascii: "."), isNumber, !isPadded else {
      kind = .text
      return
    }
    if isWhole, bare.count > Self.mostDigits { hasLongInteger = true }
    if isWhole, Int64(value) != nil {
      if kind == .none { kind = .integer }
    } else {
      kind = .real
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
