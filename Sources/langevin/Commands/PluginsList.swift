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
        langevin plugins list --plugin ./libmine.so
      """)

  @Flag(help: "Writes one JSON object.")
  var json = false

  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let loaded = try plugins.loaded()
    let registry = try PluginRegistry(LangevinProgram.plugins + loaded)
    let files = Dictionary(loaded.map { ($0.descriptor.id, $0.path) }, uniquingKeysWith: { first, _ in first })
    if json {
      try StandardOutput.write(Listing(registry, files: files).line)
      return
    }
    let width = Terminal.width(of: 1)
    var text = ""
    for plugin in registry.plugins {
      let state = if case .unavailable(let reason) = plugin.availability { " — cannot run here: \(reason)" } else { "" }
      text += "\(plugin.descriptor.id) \(plugin.descriptor.version)\(state)\n  \(plugin.descriptor.summary)\n"
      if let file = files[plugin.descriptor.id] { text += "  loaded from \(file)\n" }
    }
    for (title, rows) in Self.parts(registry) where !rows.isEmpty {
      text += "\n\(title)\n" + TextTable(rows: rows.map { ["  " + $0.id, $0.summary] }).text(width: width)
    }
    text += "\nMore on one of them: langevin plugins info ID\n"
    try StandardOutput.write(text)
  }

  private static func parts(_ registry: PluginRegistry) -> [(String, [Listing.Item])] {
    let listing = Listing(registry, files: [:])
    return [
      ("Methods", listing.methods), ("Denoisers", listing.denoisers), ("Noise schedules", listing.schedules),
      ("Samplers", listing.samplers), ("Encoders", listing.encoders),
    ]
  }

  private struct Listing: JSONLine {
    struct Item: Encodable, Sendable {
      let id: String, aliases: [String], plugin: String, summary: String
    }
    struct Bundle: Encodable, Sendable {
      let id: String, version: String, summary: String
      /// The library, where it was loaded.
      let file: String?
    }
    let plugins: [Bundle]
    let methods: [Item], denoisers: [Item], schedules: [Item], samplers: [Item], encoders: [Item]

    init(_ registry: PluginRegistry, files: [String: String]) {
      plugins = registry.plugins.map(\.descriptor).map {
        Bundle(id: $0.id, version: $0.version, summary: $0.summary, file: files[$0.id])
      }
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
