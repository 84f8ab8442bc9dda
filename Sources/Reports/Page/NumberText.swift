import Evaluation

/// Numbers as text, the same in every locale.
enum NumberText {
  /// Thin, and never broken across lines.
  private static let space = "\u{202F}"

  /// With a fixed number of digits after the point, rounded half away from zero.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "–" }
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int64(scaled)
    let sign = value < 0 && whole > 0 ? "−" : ""
    guard digits > 0 else { return sign + grouped(whole) }
    let unit = Int64(power)
    let rest = String(whole % unit)
    return sign + grouped(whole / unit) + "." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// A share as a percentage: two digits after the point below 1%, else one, and none where it is whole.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    let value = share * 100
    if value == 0 { return "0%" }
    if abs(value) < 0.005 { return (value < 0 ? "> −" : "< ") + "0.01%" }
    if abs(value - value.rounded()) < 1e-9 { return fixed(value, 0) + "%" }
    return fixed(value, abs(value) < 0.995 ? 2 : 1) + "%"
  }

  /// A number with about three significant digits.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size >= 1e15 || size < 1e-5 { return exponential(value) }
    if size >= 100 { return fixed(value, 0) }
    if size >= 10 { return fixed(value, 1) }
    if size >= 0.01 { return fixed(value, size >= 1 ? 2 : 3) }
    return fixed(value, size >= 0.001 ? 4 : 6)
  }

  /// As a figure's description wants it.
  static func text(_ value: Double, _ format: FigureDescription.Format) -> String {
    switch format {
    case .percent: percent(value)
    case .number: number(value)
    }
  }

  /// Two ends, with as many digits as it takes to tell them apart.
  static func interval(_ low: Double, _ high: Double, _ format: FigureDescription.Format) -> String {
    let scale = format == .percent ? 100.0 : 1
    let width = abs(high - low) * scale
    guard width.isFinite, width > 0 else { return text(low, format) }
    var digits = format == .percent ? 0 : 2
    while digits < 5, width * fixedPower(digits) < 10 { digits += 1 }
    let ends = [low, high].map { trimmed(fixed($0 * scale, digits)) }
    let unit = format == .percent ? "%" : ""
    // A dash beside a minus cannot be read.
    return "\(ends[0])\(low < 0 ? " to " : "–")\(ends[1])\(unit)"
  }

  private static func fixedPower(_ digits: Int) -> Double { (0..<digits).reduce(1) { power, _ in power * 10 } }

  /// A count with its thousands set apart.
  static func count(_ value: Int) -> String { (value < 0 ? "−" : "") + grouped(Int64(value.magnitude)) }

  /// Seconds as people say them.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    if seconds < 10 { return fixed(seconds, 1) + "\(space)s" }
    let whole = Int(seconds.rounded())
    if whole < 120 { return "\(whole)\(space)s" }
    if whole < 7200 { return "\(whole / 60)\(space)min \(whole % 60)\(space)s" }
    return "\(whole / 3600)\(space)h \(whole % 3600 / 60)\(space)min"
  }

  /// For SVG: at most one digit after the point, and a plain minus.
  static func coordinate(_ value: Double) -> String {
    let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let size = tenths.magnitude
    return size % 10 == 0 ? "\(sign)\(size / 10)" : "\(sign)\(size / 10).\(size % 10)"
  }

  /// `1.50` becomes `1.5`, `2.0` becomes `2`.
  static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// `3.2×10⁻⁷`.
  static func exponential(_ value: Double) -> String {
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1, mantissa > 0 {
      mantissa *= 10
      exponent -= 1
    }
    let raised = String(exponent).map { superscripts[$0] ?? $0 }
    return (value < 0 ? "−" : "") + trimmed(fixed(mantissa, 1)) + "×10" + String(raised)
  }

  private static let superscripts: [Character: Character] = [
    "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
  ]

  private static func grouped(_ value: Int64) -> String {
    let digits = String(value)
    guard digits.count > 4 else { return digits }
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
