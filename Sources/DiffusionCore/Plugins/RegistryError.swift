/// What a registry holds by name.
public enum RegistryKind: String, Sendable, Codable, CaseIterable {
  /// A plugin.
  case plugin
  /// A method.
  case method
  /// A noise schedule.
  case noiseSchedule = "noise schedule"
  /// A denoiser.
  case denoiser
  /// A sampler.
  case sampler
  /// A data encoder.
  case encoder
}

/// Why a registry could not be built, or a name not found.
public enum RegistryError: Error, Sendable, CustomStringConvertible {
  /// Two plugins claim one name (as id or alias) for the same kind of thing.
  case duplicate(RegistryKind, id: String, first: String, second: String)
  /// Nothing of this kind has the name.
  case unknown(RegistryKind, id: String, known: [String])
  /// The thing exists, and its plugin cannot run here.
  case unavailable(RegistryKind, id: String, plugin: String, reason: String)
  /// A name is not kebab-case.
  case badName(RegistryKind, id: String, plugin: String)
  /// A description is unfit: for instance, two options of one name.
  case badDescription(RegistryKind, id: String, plugin: String, reason: String)
  /// A plugin threw while it registered.
  case registrationFailed(plugin: String, reason: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .duplicate(.plugin, let id, _, _):
      "plugin '\(id)' is listed twice; list it once"
    case .duplicate(let kind, let id, let first, let second) where first == second:
      "plugin '\(first)' registers the \(kind.rawValue) '\(id)' twice; rename one"
    case .duplicate(let kind, let id, let first, let second):
      "the plugins '\(first)' and '\(second)' both register the \(kind.rawValue) '\(id)'; rename one or leave one out"
    case .unknown(let kind, let id, let known):
      "unknown \(kind.rawValue) '\(id)'; \(suggestionText(for: id, in: known))"
    case .unavailable(let kind, let id, let plugin, let reason):
      "the \(kind.rawValue) '\(id)' of plugin '\(plugin)' cannot run here: \(reason)"
    case .badName(let kind, let id, let plugin):
      "plugin '\(plugin)' names a \(kind.rawValue) '\(id)'; use lower-case words joined by hyphens"
    case .badDescription(let kind, let id, let plugin, let reason):
      "plugin '\(plugin)' describes the \(kind.rawValue) '\(id)' badly: \(reason)"
    case .registrationFailed(let plugin, let reason):
      "plugin '\(plugin)' could not register: \(reason)"
    }
  }
}
