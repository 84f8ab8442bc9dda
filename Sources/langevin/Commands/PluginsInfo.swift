import ArgumentParser
import DiffusionCore
import Foundation
import Tables

/// Says what a plugin, a method or a component is, with its options.
struct PluginsInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Describes one plugin, method or component with its options.",
    discussion: """
      Example:
        langevin plugins info tabular-masked
        langevin plugins info mine --plugin ./libmine.so

      Every option of a method is given with --set name=value.
      """)

  @Argument(help: "The id, as `langevin plugins list` shows it.")
  var id: String

  @Flag(help: "Writes one JSON object.")
  var json = false

  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let loaded = try plugins.loaded()
    let registry = try PluginRegistry(LangevinProgram.plugins + loaded)
    func file(of plugin: PluginDescriptor) -> String? { loaded.first { $0.descriptor.id == plugin.id }?.path }
    if let entry = try? registry.methods.entry(id) {
      let method = entry.item.descriptor
      if json { return try StandardOutput.write(Described(value: method).line) }
      return try StandardOutput.write(
        Self.text(method, availability: entry.availability, file: file(of: entry.plugin)))
    }
    let components =
      [(try? registry.denoisers.entry(id))?.item.descriptor, (try? registry.noiseSchedules.entry(id))?.item.descriptor]
      + [(try? registry.samplers.entry(id))?.item.descriptor, (try? registry.encoders.entry(id))?.item.descriptor]
    if let component = components.compactMap({ $0 }).first {
      if json { return try StandardOutput.write(Described(value: component).line) }
      return try StandardOutput.write(Self.text(component))
    }
    if let plugin = try? registry.plugin(id) {
      if json { return try StandardOutput.write(Described(value: plugin.descriptor).line) }
      return try StandardOutput.write(Self.text(plugin, registry, file: file(of: plugin.descriptor)))
    }
    let ids =
      registry.methods.ids + registry.denoisers.ids + registry.noiseSchedules.ids + registry.samplers.ids
      + registry.encoders.ids + registry.plugins.map(\.descriptor.id)
    let near = nearest(to: id, in: Set(ids)).first
    throw Failure(
      .usage, "nothing is called '\(id)'",
      cure: near.map { "did you mean '\($0)'?" } ?? "langevin plugins list shows all")
  }

  private struct Described<Value: Encodable & Sendable>: JSONLine {
    let value: Value
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
  }

  // MARK: Text

  private static func text(_ method: MethodDescriptor, availability: PluginAvailability, file: String?) -> String {
    var text = "\(method.id): \(method.summary)\n"
    if let file { text += "Loaded from \(file).\n" }
    if case .unavailable(let reason) = availability { text += "Cannot run here: \(reason)\n" }
    if !method.aliases.isEmpty { text += "Also called \(method.aliases.joined(separator: ", ")).\n" }
    text += "Tasks: \(method.tasks.map(\.rawValue).sorted().joined(separator: ", ")).\n"
    if !method.rationale.isEmpty { text += "\n" + wrapped(method.rationale, indent: 0) }
    if !method.citation.isEmpty { text += "\n" + wrapped("Follows: " + method.citation, indent: 0) }
    text += options(method.options)
    if !method.examples.isEmpty {
      text +=
        "\nExamples\n" + method.examples.map { "  \($0.hasPrefix("langevin ") ? "" : "langevin ")\($0)\n" }.joined()
    }
    return text
  }

  private static func text(_ component: ComponentDescriptor) -> String {
    var text = "\(component.id): \(component.summary)\n"
    if !component.aliases.isEmpty { text += "Also called \(component.aliases.joined(separator: ", ")).\n" }
    if !component.capabilities.isEmpty { text += "For \(component.capabilities.sorted().joined(separator: ", ")).\n" }
    if !component.citation.isEmpty { text += "\n" + wrapped("Follows: " + component.citation, indent: 0) }
    return text + options(component.options)
  }

  private static func text(_ plugin: PluginRegistry.Listing, _ registry: PluginRegistry, file: String?) -> String {
    let id = plugin.descriptor.id
    var text = "\(id) \(plugin.descriptor.version): \(plugin.descriptor.summary)\n"
    if let file { text += "Loaded from \(file).\n" }
    if case .unavailable(let reason) = plugin.availability { text += "Cannot run here: \(reason)\n" }
    if !plugin.descriptor.citation.isEmpty {
      text += "\n" + wrapped("Follows: " + plugin.descriptor.citation, indent: 0)
    }
    let parts: [(String, [String])] = [
      ("Methods", registry.methods.entries.filter { $0.plugin.id == id }.map(\.id)),
      ("Denoisers", registry.denoisers.entries.filter { $0.plugin.id == id }.map(\.id)),
      ("Noise schedules", registry.noiseSchedules.entries.filter { $0.plugin.id == id }.map(\.id)),
      ("Samplers", registry.samplers.entries.filter { $0.plugin.id == id }.map(\.id)),
      ("Encoders", registry.encoders.entries.filter { $0.plugin.id == id }.map(\.id)),
    ]
    for (title, ids) in parts where !ids.isEmpty { text += "\(title): \(ids.joined(separator: ", "))\n" }
    return text
  }

  private static func options(_ options: [OptionDescription]) -> String {
    guard !options.isEmpty else { return "" }
    var text = "\nOptions\n"
    for option in options {
      let standard = option.automaticRule.map { "automatic: \($0)" } ?? "default \(option.defaultValue)"
      text += "  \(option.name): \(option.kind.summary); \(standard)\n" + wrapped(option.help, indent: 6)
    }
    return text
  }

  private static func wrapped(_ text: String, indent: Int) -> String {
    TextTable.wrapped(text, width: min(100, Terminal.width(of: 1)) - indent)
      .map { String(repeating: " ", count: indent) + $0 + "\n" }.joined()
  }
}
