/// The networks that a method offers: the option `denoiser` to choose one, and the networks' own options beside the method's.
///
/// An option of a network that the method names too (`width`, `dropout`) is the method's to decide; the others stand beside
/// the method's own, so that `--set heads=4` reaches the network that was chosen.
public struct DenoiserMenu: Sendable {
  /// The networks.
  public let registrations: [Registration<any TrainableDenoiser>]
  private let option: OptionDescription
  private let own: [OptionDescription]

  /// Makes a menu.
  ///
  /// - Parameters:
  ///   - registrations: the networks, at least one.
  ///   - standard: the id of the default; the first where it is not among them.
  ///   - help: of the option `denoiser`.
  ///   - own: the method's other options.
  public init(
    _ registrations: [Registration<any TrainableDenoiser>], default standard: String, help: String,
    beside own: [OptionDescription]
  ) {
    let ids = registrations.map(\.descriptor.id)
    precondition(!ids.isEmpty, "a method of networks offers at least one")
    self.registrations = registrations
    self.own = own
    option = OptionDescription(
      "denoiser", .choice(ids), default: .text(ids.contains(standard) ? standard : ids[0]), help: help)
  }

  /// All options of the method: `denoiser`, its own, and those that networks have besides.
  public var options: [OptionDescription] { [option] + own + extras }

  /// What only networks have; an option that several have is described once.
  private var extras: [OptionDescription] {
    var taken = Set(own.map(\.name) + [option.name])
    var result: [OptionDescription] = []
    for option in registrations.flatMap(\.descriptor.options) where taken.insert(option.name).inserted {
      let owners = registrations.filter { $0.descriptor.options.contains { $0.name == option.name } }
      let names = owners.map(\.descriptor.id).joined(separator: ", ")
      result.append(
        OptionDescription(
          option.name, option.kind, automatic: "As the method and the network have it.",
          help: "\(names): \(option.help)"))
    }
    return result
  }

  /// The network that options ask for.
  ///
  /// - Parameters:
  ///   - values: of ``options``.
  ///   - preferred: what the method decides, by the network's option names. What the user says of an option of networks
  ///     goes before it, and what a network does not have or cannot be is left out.
  ///   - names: the method's names of options where they differ from the networks'.
  /// - Throws: ``OptionError`` where the user gives an option that the network does not have.
  public func choice(
    _ values: OptionValues, preferred: [String: OptionValue], names: [String: String] = [:]
  ) throws(OptionError) -> ComponentChoice {
    let id = values.text(option.name)
    let described = registrations.first { $0.descriptor.id == id }?.descriptor.options ?? []
    let known = Set(described.map(\.name))
    let extras = Set(extras.map(\.name))
    for name in extras.union(preferred.keys).sorted()
    where values.given.contains(names[name] ?? name) && !known.contains(name) {
      throw .unknown(option: names[name] ?? name, known: known.map { names[$0] ?? $0 }.sorted())
    }
    var choice = ComponentChoice(id)
    for description in described {
      let name = description.name
      if extras.contains(name), !values.isAutomatic(name) {
        choice.options[name] = values[name]
      } else if let value = preferred[name],
        values.given.contains(names[name] ?? name) || description.kind.admits(value)
      {
        choice.options[name] = value
      }
    }
    return choice
  }

  /// The networks and those of others whose ids are new.
  public func registrations(
    adding others: [Registration<any TrainableDenoiser>]
  ) -> [Registration<any TrainableDenoiser>] {
    let ids = Set(registrations.map(\.descriptor.id))
    return registrations + others.filter { !ids.contains($0.descriptor.id) }
  }

  /// Makes a network.
  ///
  /// - Throws: ``RegistryError`` for its name, ``OptionError`` for its options.
  public func make(_ choice: ComponentChoice) throws -> any TrainableDenoiser {
    try choice.make(from: registrations, kind: .denoiser)
  }

  /// Makes the network of a stored model.
  ///
  /// - Throws: ``ArchiveError`` where this program does not have the network.
  public func make(_ choice: ComponentChoice, of archive: ModelArchive) throws -> any TrainableDenoiser {
    do {
      return try make(choice)
    } catch is RegistryError {
      throw ArchiveError(
        .component(kind: .denoiser, id: choice.id, known: registrations.map(\.descriptor.id)), file: archive.file)
    } catch let error as OptionError {
      throw ArchiveError(
        .field(name: "model.settings.options", found: "a network that cannot be (\(error))", expected: "its options"),
        file: archive.file)
    }
  }
}
