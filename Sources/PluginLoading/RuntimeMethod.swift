import CPluginABI
import DiffusionCore
import Foundation
import Tables

/// A method of a loaded plugin. Version 1 of the interface has methods that make rows.
struct RuntimeMethod: Synthesizer {
  let descriptor: MethodDescriptor
  let plugin: PluginDescriptor
  /// The path of the library, from the root.
  let library: String

  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> RuntimeModel {
    let functions = try PluginTable(opening: library)
    let frame = TableFrame(table, schema: schema)
    let learned = frame.learned
    let progress = FitProgress(run)
    let call = self.call(options, frame: frame)
    call.seed = run.seed
    call.rows = table.rowCount
    call.threads = run.threads
    call.steps = run.steps ?? 0
    call.budget = run.budget ?? 0
    call.request?.steps = run.steps
    call.request?.budget = run.budget
    call.progress = { progress.note(share: $0, step: $1, loss: $2) }
    call.tell = { choice in
      progress.choices.append(choice)
      run.announce(choice)
    }

    var (arrow, rows) = ArrowExport.table(
      learned.map { table[$0.schema.name]! }, kinds: learned.map(\.schema.kind))
    defer {
      arrow.release?(&arrow)
      rows.release?(&rows)
    }
    var handle: UnsafeMutableRawPointer?
    try call.run("fit", of: plugin.id) { functions.functions.fit($0, &arrow, &rows, &handle) }
    let model = try LoadedModel(handle, of: functions, function: "fit", plugin: plugin)
    // A plugin that never asks is told here.
    guard progress.note(share: 1, step: progress.step, loss: progress.loss) else { throw CancellationError() }
    return RuntimeModel(
      method: self, frame: frame, options: options, report: report(rows: table.rowCount, progress), model: model)
  }

  func load(_ archive: ModelArchive) throws -> RuntimeModel {
    let frame: TableFrame = try archive.contents(for: RuntimeModel.Key.frame)
    let report: FitReport = try archive.contents(for: RuntimeModel.Key.report)
    let stored: OptionValues = try archive.value(for: RuntimeModel.Key.options)
    let options = try stored.validated(against: descriptor.options)
    let model = try archive.tensor(RuntimeModel.Key.bytes)
    guard model.type == .uint8 else {
      throw ArchiveError(.elementType(tensor: model.name, found: model.type.rawValue), file: archive.file)
    }
    let bytes = model.bytes
    let functions = try PluginTable(opening: library)
    let call = self.call(options, frame: frame)
    var handle: UnsafeMutableRawPointer?
    try bytes.withUnsafeBytes { buffer in
      try call.run("load", of: plugin.id) {
        functions.functions.load($0, buffer.baseAddress, buffer.count, &handle)
      }
    }
    return RuntimeModel(
      method: self, frame: frame, options: options, report: report,
      model: try LoadedModel(handle, of: functions, function: "load", plugin: plugin))
  }

  /// A call that says which method, which options and which columns.
  func call(_ options: OptionValues, frame: TableFrame) -> PluginCall {
    let call = PluginCall()
    call.method = descriptor.id
    call.options = options.values.mapValues(\.plainText)
    call.request = CallRequest(
      method: descriptor.id, options: options.values.mapValues { OptionJSON(value: $0) },
      columns: frame.learned.map { ColumnDescription($0) })
    return call
  }

  private func report(rows: Int, _ progress: FitProgress) -> FitReport {
    var training = TrainingSummary()
    training.steps = progress.step
    training.bestStep = progress.step
    training.seconds = progress.seconds
    return FitReport(
      method: descriptor.id, trainingRows: rows, heldOutRows: 0, parameters: 0, training: training,
      trainingLoss: progress.loss == 0 ? nil : progress.loss, heldOutLoss: nil, verdict: .unknown,
      explanation:
        "learned by the plugin '\(plugin.id)' \(plugin.version), which holds no rows out: langevin evaluate says how good it is",
      choices: progress.choices)
  }
}

/// How far a plugin's fit is.
private final class FitProgress {
  private(set) var step = 0, loss = 0.0
  var choices: [Choice] = []
  private let run: TrainingRun
  private let clock = Stopwatch()

  init(_ run: TrainingRun) { self.run = run }

  var seconds: Double { clock.seconds }

  /// Passes it on. Returns whether to go on.
  func note(share: Double, step: Int, loss: Double) -> Bool {
    self.step = max(step, self.step)
    self.loss = loss.isFinite ? loss : 0
    let elapsed = seconds
    return run.shouldContinue(
      TrainingProgress(
        step: step, plannedSteps: run.steps, share: share, loss: self.loss, elapsed: elapsed,
        remaining: share > 1e-6 ? elapsed * (1 - share) / share : nil))
  }
}
