import DiffusionCore
import Files
import Foundation

/// Where plugins are looked for. Nothing is found in the folder that a program is started in, nor anywhere that somebody
/// other than the user and root may write to.
public struct PluginFolders: Sendable, Equatable {
  /// Folders of `LANGEVIN_PLUGIN_PATH`, in order.
  public let searched: [String]
  /// The folder of installed plugins, which need not be there.
  public let installed: String?

  /// The folders of an environment: `LANGEVIN_PLUGIN_PATH` (folders with colons between them) and
  /// `$XDG_DATA_HOME/langevin/plugins`, by default in `~/.local/share`.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    searched = (environment["LANGEVIN_PLUGIN_PATH"] ?? "").split(separator: ":").map(String.init)
    // The specification has relative paths ignored.
    let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/share" : nil }
    installed = (data ?? home).map { $0 + "/langevin/plugins" }
  }

  /// What the names of libraries end in.
  public static var libraryExtensions: [String] {
    #if os(Linux)
      ["so"]
    #else
      ["dylib", "so"]
    #endif
  }

  /// Loads the plugins that were named, then those of the folders, each file once.
  ///
  /// - Parameters:
  ///   - named: files that the user named.
  ///   - plugins: those that the program has already.
  /// - Returns: what was loaded.
  /// - Throws: ``PluginLoadingError`` for the first file that is no good, or whose ids are taken.
  public func load(named: [String], beside plugins: [any Plugin]) throws -> [RuntimePlugin] {
    var files: [PluginFile] = []
    func add(_ paths: [String], _ origin: PluginFile.Origin) throws(PluginLoadingError) {
      // A file that was named is trusted wherever else it is found.
      for path in paths where !files.contains(where: { $0.isSame(as: path) }) {
        files.append(try PluginFile(path, origin: origin))
      }
    }
    try add(named, .named)
    for folder in searched {
      guard folder.hasPrefix("/") else { throw PluginLoadingError(.relativeFolder, path: folder) }
      try add(Self.libraries(in: folder), .found)
    }
    try add(installedLibraries(), .installed)
    return try Self.described(files, beside: plugins)
  }

  /// The names to remove installed plugins by.
  public func installedIDs() throws -> [String] { try installedLibraries().map { PluginFile.name(of: $0) } }

  /// The paths of the installed plugins, in order.
  private func installedLibraries() throws -> [String] {
    guard let installed, FileManager.default.fileExists(atPath: installed) else { return [] }
    return try Self.libraries(in: installed)
  }

  private static func described(
    _ files: [PluginFile], beside plugins: [any Plugin]
  ) throws -> [RuntimePlugin] {
    var loaded: [RuntimePlugin] = []
    for file in files {
      let plugin = try RuntimePlugin(file)
      do throws(RegistryError) {
        _ = try PluginRegistry(plugins + loaded + [plugin])
      } catch {
        guard case .duplicate(let kind, let id, let first, _) = error else { throw error }
        let owner = kind == .plugin ? id : first
        let other = loaded.first { $0.descriptor.id == owner }?.path
        throw file.error(
          .duplicate(kind, id: id, owner: other.map { "'\($0)'" } ?? "the plugin '\(owner)' of this program"))
      }
      loaded.append(plugin)
    }
    return loaded
  }

  private static func libraries(in folder: String) throws(PluginLoadingError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        .filter { name in libraryExtensions.contains { name.hasSuffix("." + $0) } }.map { folder + "/" + $0 }
    } catch {
      var status = stat()
      let reason = stat(folder, &status) == 0 ? "it is no folder, or not readable" : "there is no such folder"
      throw PluginLoadingError(.unreadable(reason: reason), path: folder)
    }
  }
}

// MARK: Installing

extension PluginFolders {
  /// Copies a library to the folder of installed plugins, as `ID.so`. An installed one of the same id is replaced.
  ///
  /// - Parameter plugins: those that the program has already.
  /// - Returns: the plugin, the path it has now, and the version that it replaces.
  /// - Throws: ``PluginLoadingError`` where the file is no good or its ids are taken, or a `CocoaError` of the copying.
  public func install(
    _ path: String, beside plugins: [any Plugin]
  ) throws -> (plugin: RuntimePlugin, path: String, replaced: String?) {
    let folder = try installationFolder()
    let file = try PluginFile(path, origin: .named)
    let plugin = try RuntimePlugin(file)
    let place = folder + "/\(plugin.descriptor.id)." + Self.libraryExtensions[0]
    let others = try installedLibraries().filter { $0 != place }.map { try PluginFile($0, origin: .installed) }
    _ = try Self.described(others + [file], beside: plugins)
    // What is replaced may be broken, or not there.
    let replaced = try? RuntimePlugin(PluginFile(place, origin: .installed))

    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    Leftovers.remove(from: folder)
    let library = try Data(contentsOf: URL(fileURLWithPath: file.resolved))
    do {
      // Renamed over the old one, so that a program that has it loaded keeps it whole.
      try OutputFile.write(library, to: place, permissions: .exactly(0o755))
    } catch {
      throw PluginLoadingError(.notInstalled(reason: error.message), path: place)
    }
    return (plugin, place, replaced?.descriptor.version)
  }

  /// Removes an installed plugin, which need not work.
  ///
  /// - Returns: the path that it had; nil where none of that id is installed.
  public func remove(_ id: String) throws -> String? {
    guard let path = try installedLibraries().first(where: { PluginFile.name(of: $0) == id }) else { return nil }
    try FileManager.default.removeItem(atPath: path)
    return path
  }

  private func installationFolder() throws(PluginLoadingError) -> String {
    guard let installed else {
      throw PluginLoadingError(.notInstalled(reason: "there is no home folder"), path: "~/.local/share")
    }
    return installed
  }
}
