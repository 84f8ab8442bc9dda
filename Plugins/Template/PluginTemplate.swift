/// The package that `langevin plugins new` makes: the files of this folder, with another name. Those in Swift are compiled
/// with Langevin and keep the laws in its tests, as does that in C.
public struct PluginTemplate: Sendable {
  /// What the plugin brings.
  public enum Kind: String, Sendable, CaseIterable {
    case method, denoiser, schedule, encoder
  }
  /// What it is written in.
  public enum Language: String, Sendable, CaseIterable {
    /// With the whole API, compiled into a command of its own.
    case swift
    /// With the interface of `langevin_plugin.h`, loaded at run time. It has methods alone.
    case c
  }

  /// What the plugin brings.
  public let kind: Kind
  /// Its name, in words.
  public let name: PluginName

  /// Chooses a template.
  public init(_ kind: Kind, named name: PluginName) {
    self.kind = kind
    self.name = name
  }

  /// The files of a package in C, by their paths in its folder.
  public var filesInC: [String: String] {
    [
      "\(name.identifier).c": renamed(PackageResources.template_method_c),
      "Makefile": renamed(PackageResources.Makefile), "README.md": renamed(PackageResources.c_readme_template),
      "langevin_plugin.h": text(PackageResources.langevin_plugin_h),
      "langevin_arrow.h": text(PackageResources.langevin_arrow_h),
    ]
  }

  /// The files of a package in Swift, by their paths in its folder.
  ///
  /// - Parameter langevin: the folder of Langevin's own package.
  public func filesInSwift(langevin: String) -> [String: String] {
    let source =
      switch kind {
      case .method: PackageResources.TemplateMethod_swift
      case .denoiser: PackageResources.TemplateDenoiser_swift
      case .schedule: PackageResources.TemplateSchedule_swift
      case .encoder: PackageResources.TemplateEncoder_swift
      }
    let path = langevin.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return [
      "Package.swift": renamed(PackageResources.manifest_template, ["LANGEVIN-PACKAGE": path]),
      "README.md": renamed(
        PackageResources.swift_readme_template, ["TEMPLATE-SUMMARY": summary, "TEMPLATE-COMMAND": command]),
      "Sources/\(name.type)/\(name.type).swift": renamed(source),
      "Sources/langevin-\(name.id)/main.swift": renamed(PackageResources.main_template),
      "Tests/\(name.type)Tests/\(name.type)Tests.swift": renamed(PackageResources.tests_template),
    ]
  }

  private var summary: String {
    switch kind {
    case .method: "A method for `langevin`, compiled into a command of its own."
    case .denoiser: "A network for the methods of `langevin`, compiled into a command of its own."
    case .schedule: "A noise schedule for methods, compiled into a `langevin` of its own."
    case .encoder: "An encoder for methods, compiled into a `langevin` of its own."
    }
  }

  private var command: String {
    let run = "swift run -c release langevin-\(name.id)"
    return switch kind {
    case .method: "\(run) synth people.csv -o synthetic.csv --method \(name.id)"
    case .denoiser: "\(run) synth people.csv -o synthetic.csv --denoiser \(name.id)"
    case .schedule, .encoder: "\(run) plugins list"
    }
  }

  /// A text of the template with the plugin's name in the place of its own, and other words in the place of words.
  private func renamed(_ bytes: [UInt8], _ words: [String: String] = [:]) -> String {
    var result = text(bytes)
    for kind in ["Plugin", "Method", "Denoiser", "Schedule", "Encoder"] {
      result = result.replacing("Template" + kind, with: name.type)
        .replacing("template-" + kind.lowercased(), with: name.id)
        .replacing("template_" + kind.lowercased(), with: name.identifier)
    }
    for (word, other) in words { result = result.replacing(word, with: other) }
    return result
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// The name of a plugin, as it is written in Swift, on the command line and in C.
public struct PluginName: Sendable, Equatable {
  private let words: [String]

  /// Reads a name such as `MyMethod`, `my-method` or `my_method`: letters and digits, the first a letter.
  ///
  /// - Returns: nil for any other text.
  public init?(_ text: String) {
    var words: [String] = []
    var isNew = true
    for character in text {
      if character == "-" || character == "_" {
        guard !isNew else { return nil }
        isNew = true
        continue
      }
      guard character.isASCII, character.isLetter || character.isNumber else { return nil }
      // A capital after a small letter begins a word, in MyMethod; in DDPM it does not.
      if isNew || character.isUppercase && words.last?.last?.isLowercase == true { words.append("") }
      words[words.count - 1].append(character)
      isNew = false
    }
    guard !isNew, words.first?.first?.isLetter == true else { return nil }
    self.words = words
  }

  /// `MyMethod`.
  public var type: String { words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
  /// `my-method`.
  public var id: String { words.map { $0.lowercased() }.joined(separator: "-") }
  /// `my_method`.
  public var identifier: String { words.map { $0.lowercased() }.joined(separator: "_") }
}
