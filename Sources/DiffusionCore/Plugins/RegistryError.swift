import Errors

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
public enum RegistryError: DiagnosedError, Sendable {
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

  /// The call's.
  public var category: ErrorCategory { .usage }

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .duplicate(.plugin, let id, _, _):
      Diagnosis("plugin '\(id)' is listed twice", cure: "list it once")
    case .duplicate(let kind, let id, let first, let second) where first == second:
      Diagnosis("plugin '\(first)' registers the \(kind.rawValue) '\(id)' twice", cure: "rename one")
    case .duplicate(let kind, let id, let first, let second):
      Diagnosis(
        "the plugins '\(first)' and '\(second)' both register the \(kind.rawValue) '\(id)'",
        cure: "rename one or leave one out")
    case .unknown(let kind, let id, let known):
      Diagnosis("unknown \(kind.rawValue) '\(id)'", cure: suggestion(for: id, in: known))
    case .unavailable(let kind, let id, let plugin, let reason):
      Diagnosis("the \(kind.rawValue) '\(id)' of plugin '\(plugin)' cannot run here: \(reason)")
    case .badName(let kind, let id, let plugin):
      Diagnosis(
        "plugin '\(plugin)' names a \(kind.rawValue) '\(id)'", cure: "use lower-case words joined by hyphens")
    case .badDescription(let kind, let id, let plugin, let reason):
      Diagnosis("plugin '\(plugin)' describes the \(kind.rawValue) '\(id)' badly: \(reason)")
    case .registrationFailed(let plugin, let reason):
      Diagnosis("plugin '\(plugin)' could not register: \(reason)")
    }
  }
}
