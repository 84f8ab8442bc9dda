import DiffusionCore
import Evaluation
import Foundation
import PluginLoading

/// A model as a file: which method made it stands in its metadata.
enum ModelFile {
  private static let methodKey = "method", taskKey = "task", checkKey = "self-check"

  /// Writes a model whole or not at all; `-` is standard output.
  static func write(_ model: any FittedSynthesizer, method: String, to place: OutputPlace) throws {
    try write(try model.archive(), method: method, to: place)
  }

  /// Writes a model that fills gaps, with what was measured of it.
  static func write(
    _ model: any FittedImputer, method: String, check: SelfCheckResult?, to place: OutputPlace
  ) throws {
    var archive = try model.archive()
    archive.setText(MethodTask.impute.rawValue, for: taskKey)
    if var check {
      // The same seed makes the same file: what took how long is not part of it.
      for place in check.methods.indices { check.methods[place].seconds = nil }
      try archive.set(check, for: checkKey)
    }
    try write(archive, method: method, to: place)
  }

  private static func write(_ archive: ModelArchive, method: String, to place: OutputPlace) throws {
    var archive = archive
    if archive.metadata[methodKey] == nil { archive.setText(method, for: methodKey) }
    if place.isStream { return try StandardOutput.write(bytes: archive.data()) }
    try archive.write(to: place.path)
  }

  /// Reads a model and finds its method; `-` is standard input.
  static func read(_ path: String, registry: PluginRegistry) throws -> (any FittedSynthesizer, any Synthesizer) {
    let (archive, id) = try archive(path)
    if archive.metadata[taskKey] == MethodTask.impute.rawValue {
      throw Failure(
        .badData, "\(path) is a model that fills gaps, and makes no rows",
        cure: "use it with: langevin impute DATA.csv --model \(path) -o FILLED.csv")
    }
    if let plugin = archive.runtimePlugin, (try? registry.plugin(plugin.id)) == nil {
      throw Failure(
        .badData, "\(path) was made by the plugin '\(plugin.id)' \(plugin.version), which is not here",
        cure: "load it with --plugin FILE, or install it: langevin plugins install FILE")
    }
    guard let method = try registry.method(id) as? any Synthesizer else {
      throw Failure(.badData, "\(path) is a model of method '\(id)', which makes no rows")
    }
    return (try method.load(archive), method)
  }

  /// Reads a model that fills gaps; `-` is standard input.
  static func readImputer(_ path: String, registry: PluginRegistry) throws -> FillingModel {
    let (archive, id) = try archive(path)
    guard archive.metadata[taskKey] == MethodTask.impute.rawValue, let method = try registry.method(id) as? any Imputer
    else {
      throw Failure(
        .badData, "\(path) is not a model that fills gaps",
        cure: "fit one with: langevin fit DATA.csv --task impute -o MODEL.langevin")
    }
    let check: SelfCheckResult? = archive.metadata[checkKey] == nil ? nil : try archive.value(for: checkKey)
    try check?.check(StoredField(checkKey, file: path))
    return FillingModel(model: try method.loadImputer(archive), method: method, check: check)
  }

  private static func archive(_ path: String) throws -> (ModelArchive, method: String) {
    var status = stat()
    if path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(.inputOutput, "\(path): this is a directory", cure: "name a file inside it")
    }
    let archive =
      try path == "-"
      ? ModelArchive(data: try standardInput(), named: "standard input") : ModelArchive(contentsOf: path)
    guard let id = archive.metadata[methodKey] else {
      throw Failure(.badData, "\(path) does not say which method made it", cure: "give a model that langevin fit wrote")
    }
    return (archive, id)
  }

  private static func standardInput() throws(Failure) -> Data {
    var data = Data(), buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(0, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw Failure(
          .inputOutput, "standard input: reading failed: \(String(cString: strerror(errno)))",
          cure: "give the model by a pipe, or name its file")
      }
      if count == 0 { return data }
      data.append(contentsOf: buffer[..<count])
      // Endless data that are not a model would fill the memory: the start is enough to say what they are.
      if !ModelArchive.canBegin(with: data) { return data }
      guard data.count <= ProcessInfo.processInfo.physicalMemory / 2 else {
        throw Failure(
          .badData, "standard input has more than half of the machine's memory", cure: "name the model's file")
      }
    }
  }
}

extension SelfCheckResult {
  /// Checks what messages and pages compute with: a file may be damaged or forged.
  fileprivate func check(_ field: StoredField) throws(ArchiveError) {
    try field("hidden").within(hidden, 0...StoredField.mostRows)
    try field("observed").within(observed, 0...StoredField.mostRows)
    try field("methods").within(methods.count, 0...1000)
    for (place, method) in methods.enumerated() {
      let own = field("methods")[place]
      try own("seconds").within(method.seconds ?? 0, 0...1e9)
      try own("relativeError").within(method.relativeError ?? 0, 0...1e15)
      for gap in method.byGapLength {
        try own("byGapLength").within(gap.least, 0...StoredField.mostRows)
        try own("byGapLength").within(gap.most, gap.least...StoredField.mostRows)
        try own("byGapLength").within(gap.cells, 0...StoredField.mostRows)
      }
    }
  }
}
