import ArgumentParser
import DiffusionCore

/// Which method learns the table.
struct MethodOptions: ParsableArguments {
  @Option(help: .init("The method; `langevin plugins list` shows all.", valueName: "id"))
  var method: String?

  @Option(help: .init("The network that predicts what is unknown.", valueName: "name"))
  var denoiser: String?

  @Option(help: .init("The schedule of the noise.", valueName: "name"))
  var schedule: String?

  /// The method, by default the first that can synthesise.
  func chosenMethod(in registry: PluginRegistry) throws -> any Synthesizer {
    let found = try method.map { try registry.method($0, for: .synthesize) } ?? registry.methods(for: .synthesize).first
    guard let synthesizer = found as? any Synthesizer else {
      throw Failure(.usage, "no method can make rows", cure: "see langevin plugins list")
    }
    return synthesizer
  }

  /// The options that have flags of their own.
  var flags: [String: String] { ["denoiser": denoiser, "schedule": schedule].compactMapValues { $0 } }
}

/// Options of a method that have no flag of their own.
struct SettingOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: .init("An option of the method; `langevin plugins info ID` shows all. Repeatable.", valueName: "name=value"))
  var settings: [String] = []

  /// Reads and checks all options that were given, with flags or with `--set`.
  func values(_ flags: [String: String], for method: MethodDescriptor) throws -> OptionValues {
    let pairs = flags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return try OptionValues(arguments: pairs + settings, as: method.options)
  }
}
