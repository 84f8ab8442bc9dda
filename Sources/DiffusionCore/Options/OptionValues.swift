/// The checked values of all options of one method, schedule or sampler. It is stored in model files.
///
/// Made from what the user wrote, each value is of its option's kind and range and every option has one. The
/// accessors therefore trap on a name or kind that the description does not have: that is the method's bug.
public struct OptionValues: Sendable, Equatable {
  /// The value of every option by name.
  public private(set) var values: [String: OptionValue]
  /// The names that the user gave; the rest are defaults or chosen automatically.
  public let given: Set<String>

  /// Reads values from text, checks them, and fills in defaults.
  ///
  /// - Parameters:
  ///   - texts: what the user wrote, by option name.
  ///   - descriptions: all options that there are.
  /// - Throws: ``OptionError``; the alphabetically first bad option if several are bad.
  public init(parsing texts: [String: String] = [:], as descriptions: [OptionDescription]) throws(OptionError) {
    let byName = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var values = Dictionary(descriptions.map { ($0.name, $0.defaultValue) }, uniquingKeysWith: { first, _ in first })
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      guard let description = byName[name] else {
        throw .unknown(option: name, known: byName.keys.sorted())
      }
      values[name] = try description.parse(text)
    }
    self.values = values
    self.given = Set(texts.keys)
  }

  private init(values: [String: OptionValue], given: Set<String>) {
    self.values = values
    self.given = given
  }

  /// Reads pairs written as `name=value`, as a command line gives them. A lone flag name means yes.
  public init(arguments: [String], as descriptions: [OptionDescription]) throws(OptionError) {
    var texts: [String: String] = [:]
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard texts[parts[0]] == nil else { throw .repeated(option: parts[0]) }
      texts[parts[0]] = parts.count == 2 ? parts[1] : "yes"
    }
    try self.init(parsing: texts, as: descriptions)
  }

  /// The same values checked against descriptions, with defaults for those that are absent: for values that come
  /// from a file, or from an older version of a method.
  public func validated(against descriptions: [OptionDescription]) throws(OptionError) -> OptionValues {
    let byName = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let description = byName[name] else { throw .unknown(option: name, known: byName.keys.sorted()) }
      // A rule that was followed stands as a value; only an unfollowed one needs the rule to exist.
      try description.check(value)
    }
    let defaults = byName.mapValues(\.defaultValue)
    return OptionValues(values: values.merging(defaults) { mine, _ in mine }, given: given)
  }

  /// The values of some options alone, for the method that they describe.
  public func restricted(to descriptions: [OptionDescription]) -> OptionValues {
    let names = Set(descriptions.map(\.name))
    return OptionValues(values: values.filter { names.contains($0.key) }, given: given.intersection(names))
  }

  /// These values, but for the ones that were given among others of the same descriptions.
  public func overlaid(with newer: OptionValues?) -> OptionValues {
    guard let newer else { return self }
    let changes = newer.values.filter { newer.given.contains($0.key) }
    return OptionValues(values: values.merging(changes) { $1 }, given: given.union(newer.given))
  }

  /// Records what an automatic option came to be, so that it can be printed and stored.
  ///
  /// - Precondition: the option exists and is automatic.
  public mutating func resolve(_ name: String, to value: OptionValue) {
    precondition(self[name] == .automatic, "option '\(name)' is already \(self[name]): only automatic ones are chosen")
    values[name] = value
  }

  /// The value of an option.
  ///
  /// - Precondition: the option is described.
  public subscript(name: String) -> OptionValue {
    guard let value = values[name] else { preconditionFailure("no option '\(name)' is described") }
    return value
  }

  /// Whether an option is still left to the method to choose.
  public func isAutomatic(_ name: String) -> Bool { self[name] == .automatic }

  /// A whole number, or the one to use when it is automatic.
  public func integer(_ name: String, automatic: @autoclosure () -> Int? = nil) -> Int {
    if case .integer(let value) = self[name] { return value }
    return fallback(name, automatic(), "a whole number")
  }

  /// A number, or the one to use when it is automatic.
  public func number(_ name: String, automatic: @autoclosure () -> Double? = nil) -> Double {
    if case .number(let value) = self[name] { return value }
    return fallback(name, automatic(), "a number")
  }

  /// A flag, or the one to use when it is automatic.
  public func flag(_ name: String, automatic: @autoclosure () -> Bool? = nil) -> Bool {
    if case .flag(let value) = self[name] { return value }
    return fallback(name, automatic(), "a flag")
  }

  /// A text or choice, or the one to use when it is automatic.
  public func text(_ name: String, automatic: @autoclosure () -> String? = nil) -> String {
    if case .text(let value) = self[name] { return value }
    return fallback(name, automatic(), "a text")
  }

  /// A span of time in seconds, or the one to use when it is automatic.
  public func duration(_ name: String, automatic: @autoclosure () -> Double? = nil) -> Double {
    if case .duration(let value) = self[name] { return value }
    return fallback(name, automatic(), "a duration")
  }

  private func fallback<Value>(_ name: String, _ automatic: Value?, _ kind: String) -> Value {
    guard self[name] == .automatic, let automatic else {
      preconditionFailure("option '\(name)' is \(self[name]), not \(kind)")
    }
    return automatic
  }
}

extension OptionValues: Codable {
  private enum CodingKeys: String, CodingKey { case values, given }

  /// Reads stored values. Check them with ``validated(against:)`` before use.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      values: try container.decode([String: OptionValue].self, forKey: .values),
      given: Set(try container.decode([String].self, forKey: .given)))
  }

  /// Stores the values, in an order that does not vary.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(values, forKey: .values)
    try container.encode(given.sorted(), forKey: .given)
  }
}
