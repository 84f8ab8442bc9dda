/// Spans of time as people write them: `90`, `90s`, `5m`, `1h30m`, `1.5h`, `250ms`.
enum DurationText {
  private static let units: [(name: String, seconds: Double)] = [("h", 3600), ("m", 60), ("s", 1), ("ms", 0.001)]

  /// The seconds that a text says; a number without a unit is seconds. Nil when it is not a time.
  static func parse(_ text: String) -> Double? {
    if let seconds = Double(text) { return seconds.isFinite && seconds >= 0 ? seconds : nil }
    var total = 0.0
    var rest = Substring(text.lowercased())
    var smallest = -1
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
      // Units come from large to small, each at most once.
      guard let amount = Double(digits), let unit = units.firstIndex(where: { $0.name == name }), unit > smallest
      else { return nil }
      smallest = unit
      total += amount * units[unit].seconds
    }
    return smallest >= 0 && total.isFinite ? total : nil
  }

  /// The shortest exact text of a time: 5400 → `1h30m`, 90 → `1m30s`, 0.25 → `0.25s`.
  static func format(_ seconds: Double) -> String {
    guard seconds == seconds.rounded(), seconds >= 1, seconds < 1e12 else { return "\(plainText(seconds))s" }
    let whole = Int(seconds)
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }
}
