/// A bundle of methods and components that enters a ``PluginRegistry`` as one.
public protocol Plugin: Sendable {
  /// The plugin as data.
  var descriptor: PluginDescriptor { get }

  /// Whether its methods can run here. The default is that they can.
  var availability: PluginAvailability { get }

  /// Adds what the plugin offers. Only descriptions and factories are made here: no file is read, nothing runs.
  /// An unavailable plugin registers too, so that asking for its methods tells why they cannot run.
  func register(into registry: inout PluginRegistry.Builder) throws
}

extension Plugin {
  /// Available.
  public var availability: PluginAvailability { .available }
}

/// Whether a plugin's methods can run on this machine.
public enum PluginAvailability: Sendable, Equatable, Codable {
  /// They can.
  case available
  /// They cannot; the reason says what is missing and how to get it.
  case unavailable(reason: String)
}

/// A plugin as data.
public struct PluginDescriptor: Sendable, Equatable, Codable {
  /// The plugin's name in kebab-case, unique in a registry.
  public let id: String
  /// The plugin's own version, as in `1.2.0`.
  public let version: String
  /// One sentence: what it brings.
  public let summary: String
  /// The paper it follows, or an empty text.
  public let citation: String

  /// Describes a plugin.
  public init(id: String, version: String, summary: String, citation: String = "") {
    self.id = id
    self.version = version
    self.summary = summary
    self.citation = citation
  }
}
