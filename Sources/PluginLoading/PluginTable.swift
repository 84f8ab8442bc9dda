import CPluginABI

/// The functions of a loaded plugin, every one of them there.
struct PluginTable: @unchecked Sendable {
  // Pointers to code, which does not change.
  let functions: langevin_plugin

  /// The version of the interface that is loaded here.
  static let version = UInt32(LANGEVIN_PLUGIN_ABI_VERSION)
  private static let entryPrefix = "langevin_plugin_v"

  /// Opens a library and takes its table.
  ///
  /// - Throws: ``PluginLoadingError`` about the path.
  init(opening path: String) throws(PluginLoadingError) {
    func error(_ problem: PluginLoadingError.Problem) -> PluginLoadingError { PluginLoadingError(problem, path: path) }
    let library = try DynamicLibrary(path)
    let name = Self.entryPrefix + String(Self.version)
    guard let symbol = library.symbol(name) else {
      let other = (0...UInt32(99)).first { library.symbol(Self.entryPrefix + String($0)) != nil }
      throw error(other.map { .wrongVersion(found: $0, supported: Self.version) } ?? .missingEntry(name: name))
    }
    guard let table = unsafeBitCast(symbol, to: langevin_plugin_entry_v1.self)() else {
      throw error(.missingFunction(name: name + "() returns no table"))
    }
    // Only the two first fields are the same in all versions.
    let version = table.pointee.abi_version, size = table.pointee.size
    guard version == Self.version else { throw error(.wrongVersion(found: version, supported: Self.version)) }
    let needed = UInt32(MemoryLayout<langevin_plugin>.size)
    guard size >= needed else { throw error(.tableTooSmall(found: size, needed: needed)) }
    functions = table.pointee
    let isThere: [(String, Bool)] = [
      ("describe", functions.describe != nil), ("fit", functions.fit != nil), ("save", functions.save != nil),
      ("load", functions.load != nil), ("sample", functions.sample != nil), ("destroy", functions.destroy != nil),
    ]
    if let missing = isThere.first(where: { !$0.1 }) { throw error(.missingFunction(name: missing.0)) }
  }
}
