/// Why options were refused. The text names the option, what was wrong, and the cure.
public enum OptionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No option has this name.
  case unknown(option: String, known: [String])
  /// The text cannot be read as the option's kind.
  case malformed(option: String, text: String, expected: String)
  /// The value is of the right kind and outside its range.
  case outOfRange(option: String, value: String, expected: String)
  /// The word is none of the option's choices.
  case unknownChoice(option: String, text: String, choices: [String])
  /// Two values for one option.
  case repeated(option: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .unknown(let option, let known):
      "unknown option '\(option)'; \(suggestionText(for: option, in: known))"
    case .malformed(let option, let text, let expected):
      "option '\(option)' cannot be '\(text)'; give \(expected)"
    case .outOfRange(let option, let value, let expected):
      "option '\(option)' is \(value), out of range; give \(expected)"
    case .unknownChoice(let option, let text, let choices):
      "option '\(option)' cannot be '\(text)'; \(suggestionText(for: text, in: choices))"
    case .repeated(let option):
      "option '\(option)' is given twice; give it once"
    }
  }
}
