import CPluginABI
import DiffusionCore
import Foundation
import Tables

/// A table that a loaded plugin learned. Version 1 of the interface neither completes nor scores rows.
struct RuntimeModel: FittedSynthesizer {
  /// What its file holds, by key.
  enum Key {
    static let plugin = "plugin", frame = "table", options = "options", report = "report", bytes = "plugin.model"
  }

  let method: RuntimeMethod
  let frame: TableFrame
  /// Those that it was learned with.
  let options: OptionValues
  let report: FitReport
  let model: LoadedModel

  var schema: Schema { frame.schema }
  private var plugin: PluginDescriptor { method.plugin }

  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    try frame.sample(request, method: method.descriptor.id, deliver: deliver) { count, random in
      var random = random
      return try rows(count, seed: random.next(), request: request)
    }
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": method.descriptor.id])
    try archive.set(plugin, for: Key.plugin)
    try archive.set(frame, for: Key.frame)
    try archive.set(options, for: Key.options)
    try archive.set(report, for: Key.report)
    let call = method.call(options, frame: frame)
    try model.use { table, handle in try call.run("save", of: plugin.id) { table.save($0, handle) } }
    archive.add(StoredTensor(Key.bytes, [UInt8](call.written), shape: [call.written.count]))
    return archive
  }

  /// Rows as the plugin makes them.
  private func rows(_ count: Int, seed: UInt64, request: SampleRequest) throws -> [Column] {
    let call = method.call(options.overlaid(with: request.options), frame: frame)
    call.seed = seed
    call.rows = count
    call.threads = request.threads
    let isComplete = !request.includesMissing && !request.conditions.contains { $0.allowed == .missing }
    call.flags = isComplete ? UInt32(LANGEVIN_COMPLETE_ROWS) : 0
    call.tell = request.announce
    call.request?.seed = seed
    call.request?.rows = count
    call.request?.threads = request.threads
    call.request?.conditions = request.conditions.map { ConditionDescription($0) }
    var schema = ArrowSchema(), array = ArrowArray()
    try model.use { table, handle in
      try call.run("sample", of: plugin.id) { table.sample($0, handle, &schema, &array) }
    }
    do throws(ArrowFlaw) {
      let columns = try ArrowImport(schema: schema, array: array).columns(as: frame.learned, rows: count)
      schema.release?(&schema)
      array.release?(&array)
      return columns
    } catch {
      // What is wrong is not released: the plugin would free it by the same counts. The command ends here.
      throw PluginCallError(
        plugin: plugin.id, function: "sample", fault: .plugin, message: "of the table that it made, \(error)")
    }
  }
}

extension ModelArchive {
  /// The plugin that has to be loaded to read the model; nil where the method was compiled in.
  public var runtimePlugin: PluginDescriptor? {
    metadata[RuntimeModel.Key.plugin] == nil ? nil : try? value(for: RuntimeModel.Key.plugin)
  }
}

/// A model in a plugin's memory. Calls on it come one after another.
final class LoadedModel: @unchecked Sendable {
  // The handle never changes, and is used under the lock alone.
  private let table: PluginTable
  private let handle: UnsafeMutableRawPointer
  private let lock = NSLock()

  init(
    _ handle: UnsafeMutableRawPointer?, of table: PluginTable, function: String, plugin: PluginDescriptor
  ) throws(PluginCallError) {
    guard let handle else {
      throw PluginCallError(plugin: plugin.id, function: function, fault: .plugin, message: "it gives no model")
    }
    self.table = table
    self.handle = handle
  }

  deinit { table.functions.destroy(handle) }

  func use<Result>(_ body: (langevin_plugin, UnsafeMutableRawPointer) throws -> Result) rethrows -> Result {
    try lock.withLock { try body(table.functions, handle) }
  }
}
