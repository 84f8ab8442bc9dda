/// What an option may hold, with its range: enough to parse it, check it, and write its help.
public enum OptionKind: Sendable, Equatable, Codable {
  /// A whole number within a closed range.
  case integer(ClosedRange<Int>)
  /// A finite number within a closed range.
  case number(ClosedRange<Double>)
  /// On or off.
  case flag
  /// One of a few words.
  case choice([String])
  /// Any text.
  case text
  /// A span of time within a closed range of seconds, written as `90s`, `5m`, `1h30m` or plain seconds.
  case duration(ClosedRange<Double>)

  /// The kind and its range in words, for help and errors: "a whole number from 1 to 100".
  public var summary: String {
    switch self {
    case .integer(let range):
      switch (range.lowerBound == .min, range.upperBound == .max) {
      case (true, true): "a whole number"
      case (false, true): "a whole number, \(range.lowerBound) or more"
      case (true, false): "a whole number, \(range.upperBound) or less"
      case (false, false): "a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
    case .number(let range):
      switch (
        range.lowerBound.magnitude >= Double.greatestFiniteMagnitude, range.upperBound >= Double.greatestFiniteMagnitude
      ) {
      case (true, true): "a number"
      case (false, true): "a number, \(plainText(range.lowerBound)) or more"
      case (true, false): "a number, \(plainText(range.upperBound)) or less"
      case (false, false): "a number from \(plainText(range.lowerBound)) to \(plainText(range.upperBound))"
      }
    case .flag: "yes or no"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .text: "text"
    case .duration(let range):
      range.upperBound >= Double.greatestFiniteMagnitude
        ? "a time of \(DurationText.format(range.lowerBound)) or more, as 90s, 5m or 1h30m"
        : "a time from \(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
    }
  }

  /// Whether a value is of this kind and within its range. `automatic` belongs to every kind.
  public func admits(_ value: OptionValue) -> Bool {
    switch (self, value) {
    case (_, .automatic): true
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.number(let range), .number(let number)): range.contains(number)
    case (.flag, .flag): true
    case (.choice(let words), .text(let word)): words.contains(word)
    case (.text, .text): true
    case (.duration(let range), .duration(let seconds)): range.contains(seconds)
    default: false
    }
  }

  /// Reads a value from text, without checking its range.
  ///
  /// - Returns: the value, or nil when the text is not of this kind.
  func parse(_ text: String) -> OptionValue? {
    switch self {
    case .integer: Int(text).map(OptionValue.integer)
    case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .flag:
      switch text.lowercased() {
      case "yes", "true", "on", "1": .flag(true)
      case "no", "false", "off", "0": .flag(false)
      default: nil
      }
    case .choice, .text: .text(text)
    case .duration: DurationText.parse(text).map(OptionValue.duration)
    }
  }
}

/// A number as a person would write it: whole numbers without a fraction.
func plainText(_ value: Double) -> String {
  value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
}
