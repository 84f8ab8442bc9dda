import ArgumentParser
import PluginLoading

/// Copies a plugin to where every command finds it.
struct PluginsInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Installs a plugin, so that every command has it.",
    discussion: """
      Example:
        langevin plugins install ./libmine.so

      The library is copied to $XDG_DATA_HOME/langevin/plugins (~/.local/share by default), under the plugin's id. One of \
      the same id that is there is replaced.
      """)

  @Argument(
    help: .init("The shared library.", valueName: "lib.so"),
    completion: .file(extensions: PluginFolders.libraryExtensions))
  var file: String

  func run() throws {
    var files = RunFiles()
    try files.read(file, as: "the library")
    let (plugin, path, replaced) = try PluginFolders().install(file, beside: LangevinProgram.plugins)
    let methods = plugin.methods.map(\.id).joined(separator: ", ")
    let instead = replaced.map { " in the place of \($0)" } ?? ""
    try StandardOutput.write(
      "installed \(plugin.descriptor.id) \(plugin.descriptor.version)\(instead) as \(path)\n"
        + "it brings: \(methods); more: langevin plugins info \(plugin.methods[0].id)\n")
  }
}
