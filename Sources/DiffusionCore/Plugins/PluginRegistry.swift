/// Everything that the plugins of a program offer, by name: an immutable value built from one explicit list.
///
/// There is no global registry and no discovery: a program that wants a method lists its plugin.
public struct PluginRegistry: Sendable {
  /// A plugin with its state.
  public struct Listing: Sendable, Equatable {
    /// The plugin as data.
    public let descriptor: PluginDescriptor
    /// Whether its methods can run here.
    public let availability: PluginAvailability
  }

  /// The plugins in the order they were listed.
  public let plugins: [Listing]
  /// The methods. ``method(_:)`` and ``methods(for:)`` are shorter.
  public let methods: Catalog<any Method>
  /// The noise schedules.
  public let noiseSchedules: Catalog<Registration<any NoiseSchedule>>
  /// The denoisers: networks made from options, for methods to train.
  public let denoisers: Catalog<Registration<any TrainableDenoiser>>
  /// The samplers.
  public let samplers: Catalog<Registration<any Sampler>>
  /// The data encoders.
  public let encoders: Catalog<Registration<any DataEncoder>>

  /// Builds a registry from plugins, in order.
  ///
  /// - Throws: ``RegistryError``: a duplicate or malformed name, or a plugin that threw.
  public init(_ plugins: [any Plugin]) throws(RegistryError) {
    var builder = Builder()
    for plugin in plugins { try builder.add(plugin) }
    self.plugins = builder.plugins
    let offered = builder.denoisers.available
    methods = builder.methods.mapItems { $0.offering(denoisers: offered) }
    noiseSchedules = builder.noiseSchedules
    denoisers = builder.denoisers
    samplers = builder.samplers
    encoders = builder.encoders
  }

  /// Finds a method that can run here, by id or alias.
  public func method(_ id: String) throws(RegistryError) -> any Method { try methods.item(id) }

  /// The methods that can run here and do a task, in the order they were registered: the first is the default.
  public func methods(for task: MethodTask) -> [any Method] {
    methods.available.filter { $0.descriptor.tasks.contains(task) }
  }

  /// The methods that can run here and have a capability, in the order they were registered.
  ///
  ///     let scoring = registry.methods(as: (any ScoringSynthesizer).self)
  public func methods<Capability>(as capability: Capability.Type) -> [Capability] {
    methods.available.compactMap { $0 as? Capability }
  }

  /// Finds a method that does a task; other methods count as unknown, so that suggestions fit the task.
  public func method(_ id: String, for task: MethodTask) throws(RegistryError) -> any Method {
    let found = methods.entries.filter { $0.item.descriptor.tasks.contains(task) }
    guard found.contains(where: { $0.id == id || $0.aliases.contains(id) }) else {
      throw .unknown(.method, id: id, known: found.flatMap { [$0.id] + $0.aliases }.sorted())
    }
    return try method(id)
  }

  /// Finds a plugin by id, available or not.
  public func plugin(_ id: String) throws(RegistryError) -> Listing {
    guard let listing = plugins.first(where: { $0.descriptor.id == id }) else {
      throw .unknown(.plugin, id: id, known: plugins.map(\.descriptor.id).sorted())
    }
    return listing
  }
}

extension PluginRegistry {
  /// What a plugin adds its methods and components to, while a registry is built.
  public struct Builder {
    fileprivate var plugins: [Listing] = []
    fileprivate var methods = Catalog<any Method>(.method)
    fileprivate var noiseSchedules = Catalog<Registration<any NoiseSchedule>>(.noiseSchedule)
    fileprivate var denoisers = Catalog<Registration<any TrainableDenoiser>>(.denoiser)
    fileprivate var samplers = Catalog<Registration<any Sampler>>(.sampler)
    fileprivate var encoders = Catalog<Registration<any DataEncoder>>(.encoder)
    private var owner: Listing?

    fileprivate init() {}

    fileprivate mutating func add(_ plugin: any Plugin) throws(RegistryError) {
      let listing = Listing(descriptor: plugin.descriptor, availability: plugin.availability)
      let id = listing.descriptor.id
      guard isKebabCase(id) else { throw .badName(.plugin, id: id, plugin: id) }
      guard !plugins.contains(where: { $0.descriptor.id == id }) else {
        throw .duplicate(.plugin, id: id, first: id, second: id)
      }
      plugins.append(listing)
      owner = listing
      do {
        try plugin.register(into: &self)
      } catch let error as RegistryError {
        throw error
      } catch {
        throw .registrationFailed(plugin: id, reason: "\(error)")
      }
      owner = nil
    }

    private func entry<Item>(_ item: Item, _ id: String, _ aliases: [String]) -> Catalog<Item>.Entry {
      guard let owner else { preconditionFailure("'\(id)' is added outside of a plugin's register(into:)") }
      return .init(
        id: id, aliases: aliases, plugin: owner.descriptor, availability: owner.availability, item: item)
    }

    /// Adds a method.
    public mutating func add(_ method: any Method) throws(RegistryError) {
      let descriptor = method.descriptor
      try methods.add(entry(method, descriptor.id, descriptor.aliases), options: descriptor.options)
    }

    /// Adds a noise schedule.
    public mutating func add(_ schedule: Registration<any NoiseSchedule>) throws(RegistryError) {
      try add(schedule, to: \.noiseSchedules)
    }

    /// Adds a denoiser, which every method that takes networks by name then offers.
    public mutating func add(_ denoiser: Registration<any TrainableDenoiser>) throws(RegistryError) {
      try add(denoiser, to: \.denoisers)
    }

    /// Adds a sampler.
    public mutating func add(_ sampler: Registration<any Sampler>) throws(RegistryError) {
      try add(sampler, to: \.samplers)
    }

    /// Adds a data encoder.
    public mutating func add(_ encoder: Registration<any DataEncoder>) throws(RegistryError) {
      try add(encoder, to: \.encoders)
    }

    private mutating func add<Product>(
      _ component: Registration<Product>, to catalog: WritableKeyPath<Builder, Catalog<Registration<Product>>>
    ) throws(RegistryError) {
      let descriptor = component.descriptor
      let entry = entry(component, descriptor.id, descriptor.aliases)
      try self[keyPath: catalog].add(entry, options: descriptor.options)
    }
  }
}
