/// What a method is for.
public enum MethodTask: String, Sendable, Codable, CaseIterable {
  /// Make new records like the given ones.
  case synthesize
  /// Fill in the missing values of records.
  case impute
  /// Even out classes by making records of the rare ones.
  case balance
}

/// What a plugin offers for a task. A method does its work through the protocols that refine this one
/// (`Synthesizer`, `Imputer`, `Balancer`); a method may refine several.
public protocol Method: Sendable {
  /// The method's name, options and reasons, as data.
  var descriptor: MethodDescriptor { get }

  /// The method with the denoisers that plugins brought, beside those that it has. A registry asks for it once it is
  /// complete, so that a registered network can be chosen whichever plugin brought it. Methods without networks of the
  /// user's choice leave it out.
  func offering(denoisers: [Registration<any TrainableDenoiser>]) -> Self
}

extension Method {
  /// The method as it is.
  public func offering(denoisers: [Registration<any TrainableDenoiser>]) -> Self { self }
}

/// A method as data: what the CLI, the docs and `plugins info` print.
public struct MethodDescriptor: Sendable, Equatable, Codable {
  /// The name to call it by, in kebab-case and unique among methods.
  public let id: String
  /// Other names that find it.
  public let aliases: [String]
  /// What it can do.
  public let tasks: Set<MethodTask>
  /// One sentence: what it is.
  public let summary: String
  /// When to take it and when not, in a few sentences.
  public let rationale: String
  /// The paper it follows, as one would cite it.
  public let citation: String
  /// Its options.
  public let options: [OptionDescription]
  /// Command lines that work, without the program's name: `synthesize people.csv --rows 1000`.
  public let examples: [String]

  /// Describes a method.
  public init(
    id: String, aliases: [String] = [], tasks: Set<MethodTask>, summary: String, rationale: String = "",
    citation: String, options: [OptionDescription] = [], examples: [String] = []
  ) {
    self.id = id
    self.aliases = aliases
    self.tasks = tasks
    self.summary = summary
    self.rationale = rationale
    self.citation = citation
    self.options = options
    self.examples = examples
  }

  /// Reads option texts against this method's descriptions.
  public func options(parsing texts: [String: String]) throws(OptionError) -> OptionValues {
    try OptionValues(parsing: texts, as: options)
  }
}
