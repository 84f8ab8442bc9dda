/// The value of one option.
public enum OptionValue: Sendable, Equatable, Codable, CustomStringConvertible {
  /// A whole number.
  case integer(Int)
  /// A finite number.
  case number(Double)
  /// On or off.
  case flag(Bool)
  /// A text or one of a choice.
  case text(String)
  /// A span of time in seconds.
  case duration(Double)
  /// Left to the method to choose.
  case automatic

  /// The value as a user would write it, so that parsing it again gives the same value.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): plainText(value)
    case .flag(let value): value ? "yes" : "no"
    case .text(let value): value
    case .duration(let seconds): DurationText.format(seconds)
    case .automatic: "auto"
    }
  }
}
