import ArgumentParser
import Files
import Foundation
import PluginTemplate

/// Makes a package for a plugin, from the template.
struct PluginsNew: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Makes a package for a plugin that works, to be changed.",
    discussion: """
      Examples:
        langevin plugins new my-method --kind method --language c
        langevin plugins new MyNetwork --kind denoiser

      In C a method is loaded at run time (--plugin); make builds it in a second. In Swift all kinds can be written, with \
      the whole API: the package builds a command of its own, with the plugin beside the bundled ones. Either keeps the \
      laws of its kind as it is. docs/extending.md goes on from there.
      """)

  @Argument(help: "The plugin's name, such as MyMethod or my-method.")
  var name: String

  @Option(help: .init("What it brings: method, denoiser, schedule or encoder.", valueName: "kind"))
  var kind = PluginTemplate.Kind.method

  @Option(help: .init("What it is written in: swift or c. C is for methods.", valueName: "language"))
  var language = PluginTemplate.Language.swift

  @Option(
    name: [.short, .customLong("output")],
    help: .init("The folder to make. By default it has the plugin's name, in the current folder.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Option(
    help: .init(
      "Langevin's own package, on which one in Swift depends. bin/langevin knows its own.", valueName: "folder"),
    completion: .directory)
  var langevin: String?

  func run() throws {
    guard let name = PluginName(name) else {
      throw Failure(
        .usage, "'\(name)' is no name for a plugin", cure: "use letters and digits, as in MyMethod or my-method")
    }
    let template = PluginTemplate(kind, named: name)
    let folder = output ?? name.id
    switch language {
    case .c:
      guard kind == .method else {
        throw Failure(
          .usage, "a plugin in C brings a method, not a \(kind.rawValue)",
          cure: "use --language swift, or --kind method")
      }
      try write(template.filesInC, to: folder)
      try StandardOutput.write(
        """
        made \(folder): next
          cd \(CommandEcho.quoted(folder)) && make
          langevin --plugin ./lib\(name.identifier).so synth people.csv -o synthetic.csv --method \(name.id)

        """)
    case .swift:
      try write(template.filesInSwift(langevin: package()), to: folder)
      try StandardOutput.write(
        """
        made \(folder): next
          cd \(CommandEcho.quoted(folder)) && swift run -c release langevin-\(name.id) plugins info \(name.id)

        """)
    }
  }

  /// The folder of Langevin's package, from the root.
  private func package() throws(Failure) -> String {
    guard let path = langevin ?? ProcessInfo.processInfo.environment["LANGEVIN_PACKAGE"] else {
      throw Failure(
        .usage, "a plugin in Swift depends on Langevin's package, whose folder is not known",
        cure: "give it: --langevin FOLDER")
    }
    let folder = URL(fileURLWithPath: path).standardizedFileURL.path
    guard FileManager.default.fileExists(atPath: folder + "/Sources/langevin/LangevinProgram.swift") else {
      throw Failure(.usage, "\(path) is not Langevin's package", cure: "give the folder where its Package.swift is")
    }
    return folder
  }

  /// Writes a folder whole or not at all.
  private func write(_ files: [String: String], to folder: String) throws {
    let manager = FileManager.default
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    var status = stat()
    guard lstat(folder, &status) != 0 else {
      throw Failure(.usage, "\(folder) is there already", cure: "name another folder with -o, or remove it")
    }
    Leftovers.remove(from: FilePlace.folder(of: folder))
    let making = try TemporaryFolder(beside: folder)
    for (path, text) in files {
      let place = URL(fileURLWithPath: making.path).appending(path: path)
      try manager.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try OutputFile.write(Array(text.utf8), to: place.path)
    }
    try making.move(to: folder)
  }
}

extension PluginTemplate.Kind: ExpressibleByArgument {}
extension PluginTemplate.Language: ExpressibleByArgument {}
