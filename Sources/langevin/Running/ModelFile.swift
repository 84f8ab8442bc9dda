import DiffusionCore
import Foundation

/// A model as a file: which method made it stands in its metadata.
enum ModelFile {
  private static let methodKey = "method"

  /// Writes a model whole or not at all; `-` is standard output.
  static func write(_ model: any FittedSynthesizer, method: String, to place: OutputPlace) throws {
    var archive = try model.archive()
    if archive.metadata[methodKey] == nil { archive.setText(method, for: methodKey) }
    if place.isDevice {
      let data = archive.data()
      if place.isStream { return try StandardOutput.write(bytes: data) }
      try data.write(to: URL(fileURLWithPath: place.path))
    } else {
      try archive.write(to: place.path)
    }
  }

  /// Reads a model and finds its method; `-` is standard input.
  static func read(_ path: String, registry: PluginRegistry) throws -> (any FittedSynthesizer, any Synthesizer) {
    var status = stat()
    if path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(.inputOutput, "\(path): this is a directory", cure: "name a file inside it")
    }
    let archive =
      try path == "-"
      ? ModelArchive(data: FileHandle.standardInput.readDataToEndOfFile(), named: "standard input")
      : ModelArchive(contentsOf: path)
    guard let id = archive.metadata[methodKey] else {
      throw Failure(.badData, "\(path) does not say which method made it", cure: "give a model that langevin fit wrote")
    }
    guard let method = try registry.method(id) as? any Synthesizer else {
      throw Failure(.badData, "\(path) is a model of method '\(id)', which makes no rows")
    }
    return (try method.load(archive), method)
  }
}
