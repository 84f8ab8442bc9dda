/// One option of a method, schedule or sampler, as data: what the CLI, the docs and `plugins info` are drawn from.
public struct OptionDescription: Sendable, Equatable, Codable {
  /// The name in kebab-case, without leading hyphens: `learning-rate`.
  public let name: String
  /// What the option holds, and its range.
  public let kind: OptionKind
  /// The value when the user gives none; `automatic` when the method chooses.
  public let defaultValue: OptionValue
  /// How an automatic value is chosen, as a sentence; nil when the default is fixed.
  public let automaticRule: String?
  /// One or two sentences for the user: what it does, in which unit, when to change it.
  public let help: String
  /// Values that are worth trying beside the default, where a search is to look; nil: none.
  public private(set) var trials: [OptionValue]?

  /// Describes an option with a fixed default.
  ///
  /// - Precondition: the name is kebab-case and the default is within the kind's range.
  public init(_ name: String, _ kind: OptionKind, default defaultValue: OptionValue, help: String) {
    precondition(isKebabCase(name), "the option name '\(name)' is not kebab-case, as in 'learning-rate'")
    precondition(
      defaultValue != .automatic && kind.admits(defaultValue),
      "the default '\(defaultValue)' of option '\(name)' is not \(kind.summary)")
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.automaticRule = nil
    self.help = help
  }

  /// Describes an option that the method chooses when the user does not.
  ///
  /// - Parameter rule: how it is chosen, as a sentence: "From the number of rows.".
  /// - Precondition: the name is kebab-case.
  public init(_ name: String, _ kind: OptionKind, automatic rule: String, help: String) {
    precondition(isKebabCase(name), "the option name '\(name)' is not kebab-case, as in 'learning-rate'")
    self.name = name
    self.kind = kind
    self.defaultValue = .automatic
    self.automaticRule = rule
    self.help = help
  }

  /// The option with values that are worth trying beside its default.
  ///
  /// - Precondition: the option may hold them.
  public func trying(_ values: [OptionValue]) -> OptionDescription {
    precondition(values.allSatisfy { kind.admits($0) }, "option '\(name)' cannot hold all of \(values)")
    var option = self
    option.trials = values
    return option
  }

  /// Reads and checks a value for this option. The text `auto` is read where an automatic rule exists.
  public func parse(_ text: String) throws(OptionError) -> OptionValue {
    if automaticRule != nil, text.lowercased() == "auto" { return .automatic }
    guard let value = kind.parse(text) else {
      throw .malformed(option: name, text: text, expected: kind.summary)
    }
    try check(value)
    return value
  }

  /// Checks that a value is one that this option may hold.
  public func check(_ value: OptionValue) throws(OptionError) {
    if value == .automatic, automaticRule == nil {
      throw .malformed(option: name, text: value.description, expected: kind.summary)
    }
    guard kind.admits(value) else {
      if case .choice(let words) = kind, case .text(let word) = value {
        throw .unknownChoice(option: name, text: word, choices: words)
      }
      throw .outOfRange(option: name, value: value.description, expected: kind.summary)
    }
  }
}
