/// A component other than a method (schedule, sampler, denoiser, encoder) as data.
public struct ComponentDescriptor: Sendable, Equatable, Codable {
  /// The name to call it by, in kebab-case and unique within its kind.
  public let id: String
  /// Other names that find it.
  public let aliases: [String]
  /// One sentence: what it is.
  public let summary: String
  /// The paper and equation it follows.
  public let citation: String
  /// Its options.
  public let options: [OptionDescription]
  /// What it can do, as words that a method may ask for: `continuous`, `discrete`, `missing-values`.
  public let capabilities: Set<String>

  /// Describes a component.
  public init(
    id: String, aliases: [String] = [], summary: String, citation: String, options: [OptionDescription] = [],
    capabilities: Set<String> = []
  ) {
    self.id = id
    self.aliases = aliases
    self.summary = summary
    self.citation = citation
    self.options = options
    self.capabilities = capabilities
  }
}

/// A component's description together with the way to make it from options.
public struct Registration<Product>: Sendable {
  /// The component as data.
  public let descriptor: ComponentDescriptor
  private let factory: @Sendable (OptionValues) throws -> Product

  /// Pairs a description with a factory. The factory gets values that were checked against the description.
  public init(_ descriptor: ComponentDescriptor, make factory: @escaping @Sendable (OptionValues) throws -> Product) {
    self.descriptor = descriptor
    self.factory = factory
  }

  /// Makes the component from checked values; absent ones take their defaults.
  ///
  /// - Throws: ``OptionError``, or what the factory throws.
  public func make(_ values: OptionValues) throws -> Product {
    try factory(try values.validated(against: descriptor.options))
  }

  /// Makes the component from option texts.
  ///
  /// - Throws: ``OptionError``, or what the factory throws.
  public func make(parsing texts: [String: String] = [:]) throws -> Product {
    try factory(try OptionValues(parsing: texts, as: descriptor.options))
  }
}
