import ArgumentParser
import DiffusionCore
import PluginLoading

/// Plugins that are loaded beside those that were compiled in.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"), parsing: .unconditionalSingleValue,
    help: .init(
      "Loads a plugin from a shared library, beside the installed ones and those of LANGEVIN_PLUGIN_PATH. Repeatable.",
      valueName: "lib.so"),
    completion: .file(extensions: PluginFolders.libraryExtensions))
  var files: [String] = []

  /// All that can be used: what was compiled in, and what is loaded.
  ///
  /// - Parameter run: the files of the run, to which those of the plugins are added.
  func registry(_ run: inout RunFiles) throws -> PluginRegistry {
    for file in files { try run.read(file, as: "--plugin") }
    let loaded = try loaded()
    for plugin in loaded { try run.read(plugin.path, as: "the plugin '\(plugin.descriptor.id)'") }
    return try PluginRegistry(LangevinProgram.plugins + loaded)
  }

  /// What is loaded.
  func loaded() throws -> [RuntimePlugin] {
    try PluginFolders().load(named: files, beside: LangevinProgram.plugins)
  }

  /// A command line with every `--plugin` that stands before the subcommand behind it, where it is parsed.
  static func moved(_ arguments: [String], in root: any ParsableCommand.Type) -> [String] {
    var leading: [String] = []
    var rest = arguments[...]
    while let first = rest.first {
      let count = first == "--plugin" ? 2 : first.hasPrefix("--plugin=") ? 1 : 0
      guard count > 0, rest.count >= count else { break }
      leading += rest.prefix(count)
      rest = rest.dropFirst(count)
    }
    var command = root, path: [String] = []
    for word in rest {
      guard let next = command.configuration.subcommands.first(where: { Misspelling.name(of: $0) == word }) else {
        break
      }
      command = next
      path.append(word)
    }
    return path + leading + rest.dropFirst(path.count)
  }
}
