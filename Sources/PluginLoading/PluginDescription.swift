import DiffusionCore
import Foundation

/// What a plugin writes in `describe`, read and checked.
struct PluginDescription {
  let plugin: PluginDescriptor
  let methods: [MethodDescriptor]

  /// Reads the JSON that langevin_plugin.h describes.
  ///
  /// - Throws: ``PluginLoadingError/Problem/badDescription(reason:)``.
  init(json: Data, of path: String) throws(PluginLoadingError) {
    do {
      let written = try JSONDecoder().decode(Written.self, from: json)
      plugin = PluginDescriptor(
        id: written.id, version: written.version, summary: written.summary, citation: written.citation ?? "")
      methods = try written.methods.map { try $0.descriptor() }
      guard !methods.isEmpty else { throw Flaw(reason: "it has no methods") }
      // The registry knows what names may be.
      _ = try PluginRegistry([Names(descriptor: plugin, methods: methods)])
    } catch let flaw as Flaw {
      throw PluginLoadingError(.badDescription(reason: flaw.reason), path: path)
    } catch let error as DecodingError {
      throw PluginLoadingError(.badDescription(reason: Self.reason(error)), path: path)
    } catch {
      throw PluginLoadingError(.badDescription(reason: "\(error)"), path: path)
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.reduce("the description") { text, key in
        key.intValue.map { "\(text)[\($0)]" } ?? (text == "the description" ? "" : text + ".") + key.stringValue
      }
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context.codingPath)) lacks \"\(key.stringValue)\""
    case .typeMismatch(let type, let context): "\(place(context.codingPath)) should be \(type)"
    case .valueNotFound(let type, let context): "\(place(context.codingPath)) should be \(type) and is null"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty ? "it is no JSON" : "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: "it cannot be read"
    }
  }
}

/// What is wrong with a description.
private struct Flaw: Error { let reason: String }

/// A plugin of names alone.
private struct Names: Plugin {
  struct Name: DiffusionCore.Method { let descriptor: MethodDescriptor }
  let descriptor: PluginDescriptor
  let methods: [MethodDescriptor]

  func register(into registry: inout PluginRegistry.Builder) throws {
    for method in methods { try registry.add(Name(descriptor: method)) }
  }
}

private struct Written: Decodable {
  let id: String, version: String, summary: String, citation: String?
  let methods: [Method]

  struct Method: Decodable {
    let id: String, summary: String, citation: String
    let aliases: [String]?, tasks: [String]?, rationale: String?, examples: [String]?
    let options: [Option]?

    func descriptor() throws -> MethodDescriptor {
      if let other = tasks?.first(where: { $0 != MethodTask.synthesize.rawValue }) {
        throw Flaw(
          reason: "method '\(id)' has the task '\(other)', and version \(PluginTable.version) has synthesize alone")
      }
      return MethodDescriptor(
        id: id, aliases: aliases ?? [], tasks: [.synthesize], summary: summary, rationale: rationale ?? "",
        citation: citation, options: try (options ?? []).map { try $0.description(of: id) }, examples: examples ?? [])
    }
  }

  struct Option: Decodable {
    enum Kind: String, Decodable { case integer, number, flag, choice, text, duration }
    private enum Key: String, CodingKey {
      case name, kind, minimum, maximum, choices, `default`, automatic, trials, help
    }

    let name: String, help: String, automatic: String?
    let kind: OptionKind
    let standard: OptionValue?
    let trials: [OptionValue]?

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      name = try values.decode(String.self, forKey: .name)
      help = try values.decode(String.self, forKey: .help)
      automatic = try values.decodeIfPresent(String.self, forKey: .automatic)
      let name = name
      func range<Bound: Comparable & Decodable>(_ least: Bound, _ most: Bound) throws -> ClosedRange<Bound> {
        let low = try values.decodeIfPresent(Bound.self, forKey: .minimum) ?? least
        let high = try values.decodeIfPresent(Bound.self, forKey: .maximum) ?? most
        guard low <= high else { throw Flaw(reason: "the minimum of option '\(name)' is greater than its maximum") }
        return low...high
      }
      typealias Given = (standard: OptionValue?, trials: [OptionValue]?)
      func read<Value: Decodable>(_ make: (Value) -> OptionValue) throws -> Given {
        (
          try values.decodeIfPresent(Value.self, forKey: .default).map(make),
          try values.decodeIfPresent([Value].self, forKey: .trials)?.map(make)
        )
      }
      let greatest = Double.greatestFiniteMagnitude
      let given: Given
      switch try values.decode(Kind.self, forKey: .kind) {
      case .integer: (kind, given) = (.integer(try range(.min, .max)), try read { .integer($0) })
      case .number: (kind, given) = (.number(try range(-greatest, greatest)), try read { .number($0) })
      case .duration: (kind, given) = (.duration(try range(0, greatest)), try read { .duration($0) })
      case .flag: (kind, given) = (.flag, try read { .flag($0) })
      case .text: (kind, given) = (.text, try read { .text($0) })
      case .choice:
        (kind, given) = (.choice(try values.decode([String].self, forKey: .choices)), try read { .text($0) })
      }
      (standard, trials) = given
    }

    func description(of method: String) throws -> OptionDescription {
      func flaw(_ text: String) -> Flaw { Flaw(reason: "option '\(name)' of method '\(method)' \(text)") }
      guard isKebabCase(name) else { throw flaw("is not named in lower-case words joined by hyphens") }
      for value in [standard].compactMap({ $0 }) + (trials ?? []) where !kind.admits(value) {
        throw flaw("cannot be \(value), which is not \(kind.summary)")
      }
      func trying(_ option: OptionDescription) -> OptionDescription { trials.map { option.trying($0) } ?? option }
      switch (automatic, standard) {
      case (let rule?, nil): return trying(OptionDescription(name, kind, automatic: rule, help: help))
      case (nil, let value?): return trying(OptionDescription(name, kind, default: value, help: help))
      case (nil, nil): throw flaw("has no default and is not automatic")
      default: throw flaw("has a default and is automatic")
      }
    }
  }
}
