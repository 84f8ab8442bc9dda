import ArgumentParser

/// What methods and components there are, and which of them are loaded.
struct Plugins: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists methods and components, and installs those of others.",
    discussion: """
      Examples:
        langevin plugins list
        langevin plugins info tabular-masked
        langevin plugins new my-method --kind method --language c
        langevin plugins check ./libmine.so
        langevin plugins install ./libmine.so
        langevin plugins remove mine

      Plugins are loaded from files that are named (--plugin), from the folders of LANGEVIN_PLUGIN_PATH, and from those \
      installed, in $XDG_DATA_HOME/langevin/plugins (~/.local/share by default). A plugin is code that runs as you: load \
      what you trust. docs/extending.md says how to write one.
      """,
    subcommands: [
      PluginsList.self, PluginsInfo.self, PluginsCheck.self, PluginsInstall.self, PluginsRemove.self,
      PluginsNew.self,
    ], defaultSubcommand: PluginsList.self)
}
