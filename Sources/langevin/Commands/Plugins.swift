import ArgumentParser

/// What methods and components there are.
struct Plugins: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists methods and components, with their options.",
    discussion: """
      Examples:
        langevin plugins list
        langevin plugins info tabular-masked
      """,
    subcommands: [PluginsList.self, PluginsInfo.self], defaultSubcommand: PluginsList.self)
}
