import Tables

/// A length of time as a person gives it: a number of time steps, or a span.
public enum TimeLength: Sendable, Equatable {
  /// So many time steps.
  case steps(Int)
  /// So many seconds.
  case seconds(Double)

  private static let units: [(name: String, seconds: Double)] = [
    ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]

  /// Reads `12` (steps), `6h`, `1d12h`, `30m` or `2w`; nil for anything else, and for nothing at all.
  public init?(_ text: String) {
    if let steps = Int(text) {
      guard steps > 0 else { return nil }
      self = .steps(steps)
      return
    }
    var total = 0.0, rest = Substring(text.lowercased()), smallest = -1
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
      // Units come from large to small, each at most once.
      guard let amount = Double(digits), let unit = Self.units.firstIndex(where: { $0.name == name }), unit > smallest
      else { return nil }
      smallest = unit
      total += amount * Self.units[unit].seconds
    }
    guard total > 0, total.isFinite else { return nil }
    self = .seconds(total)
  }

  /// A span in its shortest form: 5400 → `1h30m`.
  public static func text(seconds: Double) -> String {
    var rest = seconds.rounded(), text = ""
    guard rest >= 1, rest < 1e12, abs(rest - seconds) < 1e-6 else { return "\(seconds)s" }
    for (name, length) in units where name != "w" {
      let count = (rest / length).rounded(.down)
      if count > 0 { text += "\(Int(count))\(name)" }
      rest -= count * length
    }
    return text
  }
}
