import ArgumentParser
import PluginLoading
import Tables

/// Removes an installed plugin.
struct PluginsRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes a plugin that was installed.",
    discussion: """
      Example:
        langevin plugins remove mine

      It need not work: the plugin is not loaded.
      """)

  @Argument(help: "The plugin's id.")
  var id: String

  func run() throws {
    let folders = PluginFolders()
    if let path = try folders.remove(id) { return try StandardOutput.write("removed \(path)\n") }
    let known = try folders.installedIDs()
    let near = nearest(to: id, in: known).first.map { "did you mean '\($0)'?" }
    throw Failure(
      .usage, "no plugin '\(id)' is installed",
      cure: near ?? (known.isEmpty ? "none is" : "installed are \(known.joined(separator: ", "))"))
  }
}
