import ArgumentParser
import DiffusionCore
import Foundation

/// Lists all plugins with what they bring.
struct PluginsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists plugins, methods and components.",
    discussion: """
      Examples:
        langevin plugins list
        langevin plugins list --json
      """)

  @Flag(help: "Writes one JSON object.")
  var json = false

  func run() throws {
    let registry = try BundledPlugins.registry()
    if json {
      try StandardOutput.write(Listing(registry).line)
      return
    }
    let width = Terminal.width(of: 1)
    var text = ""
    for plugin in registry.plugins {
      let state = if case .unavailable(let reason) = plugin.availability { " — cannot run here: \(reason)" } else { "" }
      text += "\(plugin.descriptor.id) \(plugin.descriptor.version)\(state)\n  \(plugin.descriptor.summary)\n"
    }
    for (title, rows) in Self.parts(registry) where !rows.isEmpty {
      text += "\n\(title)\n" + TextTable(rows: rows.map { ["  " + $0.id, $0.summary] }).text(width: width)
    }
    text += "\nMore on one of them: langevin plugins info ID\n"
    try StandardOutput.write(text)
  }

  private static func parts(_ registry: PluginRegistry) -> [(String, [Listing.Item])] {
    let listing = Listing(registry)
    return [
      ("Methods", listing.methods), ("Denoisers", listing.denoisers), ("Noise schedules", listing.schedules),
      ("Samplers", listing.samplers), ("Encoders", listing.encoders),
    ]
  }

  private struct Listing: JSONLine {
    struct Item: Encodable, Sendable {
      let id: String, aliases: [String], plugin: String, summary: String
    }
    let methods: [Item], denoisers: [Item], schedules: [Item], samplers: [Item], encoders: [Item]

    init(_ registry: PluginRegistry) {
      methods = registry.methods.entries.map {
        Item(id: $0.id, aliases: $0.aliases, plugin: $0.plugin.id, summary: $0.item.descriptor.summary)
      }
      denoisers = Self.items(registry.denoisers)
      schedules = Self.items(registry.noiseSchedules)
      samplers = Self.items(registry.samplers)
      encoders = Self.items(registry.encoders)
    }

    private static func items<Product>(_ catalog: Catalog<Registration<Product>>) -> [Item] {
      catalog.entries.map {
        Item(id: $0.id, aliases: $0.aliases, plugin: $0.plugin.id, summary: $0.item.descriptor.summary)
      }
    }
  }
}
