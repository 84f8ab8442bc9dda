import Errors

/// Why options were refused. The text names the option, what was wrong, and the cure.
public enum OptionError: DiagnosedError, Sendable, Equatable {
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

  /// The call's.
  public var category: ErrorCategory { .usage }

  /// Which option, what is wrong with it, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .unknown(let option, let known):
      Diagnosis("unknown option '\(option)'", cure: suggestion(for: option, in: known))
    case .malformed(let option, let text, let expected):
      Diagnosis("option '\(option)' cannot be '\(text)'", cure: "give \(expected)")
    case .outOfRange(let option, let value, let expected):
      Diagnosis("option '\(option)' is \(value), out of range", cure: "give \(expected)")
    case .unknownChoice(let option, let text, let choices):
      Diagnosis("option '\(option)' cannot be '\(text)'", cure: suggestion(for: text, in: choices))
    case .repeated(let option):
      Diagnosis("option '\(option)' is given twice", cure: "give it once")
    }
  }
}
