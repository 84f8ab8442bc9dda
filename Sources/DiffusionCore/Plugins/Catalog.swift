/// The things of one kind in a registry, found by id or alias, in the order they were registered.
public struct Catalog<Item>: Sendable where Item: Sendable {
  /// One thing with its owner.
  public struct Entry: Sendable {
    /// The name to call it by.
    public let id: String
    /// Other names that find it.
    public let aliases: [String]
    /// The plugin that registered it.
    public let plugin: PluginDescriptor
    /// Whether it can run here.
    public let availability: PluginAvailability
    /// The thing itself.
    public let item: Item
  }

  /// What the things are called in messages.
  public let kind: RegistryKind
  /// All things, unavailable ones included.
  public private(set) var entries: [Entry] = []
  private var indexByName: [String: Int] = [:]

  init(_ kind: RegistryKind) { self.kind = kind }

  /// The ids of all things, unavailable ones included.
  public var ids: [String] { entries.map(\.id) }

  /// The things that can run here.
  public var available: [Item] { entries.filter { $0.availability == .available }.map(\.item) }

  /// Finds a thing, available or not, by id or alias.
  public func entry(_ name: String) throws(RegistryError) -> Entry {
    guard let index = indexByName[name] else { throw .unknown(kind, id: name, known: indexByName.keys.sorted()) }
    return entries[index]
  }

  /// Finds a thing that can run here, by id or alias.
  public func item(_ name: String) throws(RegistryError) -> Item {
    let found = try entry(name)
    if case .unavailable(let reason) = found.availability {
      throw .unavailable(kind, id: name, plugin: found.plugin.id, reason: reason)
    }
    return found.item
  }

  /// The same names with other things.
  func mapItems(_ change: (Item) -> Item) -> Catalog {
    var result = self
    result.entries = entries.map {
      Entry(id: $0.id, aliases: $0.aliases, plugin: $0.plugin, availability: $0.availability, item: change($0.item))
    }
    return result
  }

  mutating func add(_ entry: Entry, options: [OptionDescription]) throws(RegistryError) {
    let owner = entry.plugin.id
    for name in [entry.id] + entry.aliases {
      guard isKebabCase(name) else { throw .badName(kind, id: name, plugin: owner) }
      if let taken = indexByName[name] {
        throw .duplicate(kind, id: name, first: entries[taken].plugin.id, second: owner)
      }
      indexByName[name] = entries.count
    }
    let names = options.map(\.name)
    if let repeated = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw .badDescription(kind, id: entry.id, plugin: owner, reason: "the option '\(repeated)' appears twice")
    }
    entries.append(entry)
  }
}

extension Catalog {
  /// Makes a component by name from option texts.
  ///
  /// - Throws: ``RegistryError`` for the name, ``OptionError`` for the options, or what the factory throws.
  public func make<Product>(_ name: String, options texts: [String: String] = [:]) throws -> Product
  where Item == Registration<Product> {
    try item(name).make(parsing: texts)
  }

  /// Makes a component by name from stored option values, as a model file holds them.
  ///
  /// - Throws: ``RegistryError`` for the name, ``OptionError`` for the options, or what the factory throws.
  public func make<Product>(_ name: String, stored values: OptionValues) throws -> Product
  where Item == Registration<Product> {
    try item(name).make(values)
  }
}
