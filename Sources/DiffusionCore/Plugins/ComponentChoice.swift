/// A component by name, with those of its options that were decided: what a model file keeps of it.
public struct ComponentChoice: Sendable, Codable, Equatable {
  /// The component's id.
  public var id: String
  /// Options by name; the rest have their defaults.
  public var options: [String: OptionValue]

  /// Names a component.
  public init(_ id: String, _ options: [String: OptionValue] = [:]) {
    self.id = id
    self.options = options
  }

  /// The choice in words: `mlp, blocks 2, width 64`.
  public var text: String {
    ([id] + options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }).joined(separator: ", ")
  }

  /// Makes the component from one of several registrations.
  ///
  /// - Throws: ``RegistryError/unknown(_:id:known:)`` where none has the id, ``OptionError`` for the options, or what the
  ///   factory throws.
  public func make<Product>(
    from registrations: [Registration<Product>], kind: RegistryKind
  ) throws -> Product {
    guard let found = registrations.first(where: { $0.descriptor.id == id }) else {
      throw RegistryError.unknown(kind, id: id, known: registrations.map(\.descriptor.id))
    }
    return try found.make(parsing: options.mapValues(\.description))
  }
}
