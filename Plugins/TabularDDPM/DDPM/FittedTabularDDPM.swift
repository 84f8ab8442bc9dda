import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// A table learned by ``TabularDDPMMethod``.
struct FittedTabularDDPM: FittedSynthesizer {
  let schema: Schema
  let coding: DDPMCoding
  let settings: DDPMSettings
  let store: ParameterStore
  let objective: DDPMObjective
  let precision: Precision
  let report: FitReport

  /// Rows that go through a tape at once, and rows that are handed over at once.
  private static let shard = 256, piece = 8192

  // MARK: Sampling

  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let conditions = try DDPMConditions(request.conditions, coding: coding)
    let sampler = sampler(request)
    let assembly = TableAssembly(coding: coding.table, schema: schema)
    var identifiers = assembly.identifiers(seed: request.seed)
    let pass = pass(request.threads)
    var left = request.rows, tried = 0, drawsAll = false
    while left > 0 {
      let accepted = Double(request.rows - left + 1) / Double(tried + 1)
      let wanted = conditions.rejects && !drawsAll ? Int(min(Double(left) / accepted * 1.1, 1e9)) + 16 : left
      let count = min(Self.piece, wanted)
      let first = tried, draws = drawsAll
      let shards = pass.map(rows: count) { tape, range in
        Result {
          let random = RandomStream(seed: request.seed, stream: UInt64(first + range.lowerBound))
          let start = conditions.start(rows: range.count, drawsAll: draws, random: random.child(2))
          let made = try sampler.sample(start, random: random.child(1), on: tape)
          return conditions.rejects
            ? made.selecting((0..<made.count).filter { conditions.accepts($0, of: made) }) : made
        }
      }
      tried += count
      var kept: [MaskedSampler.Rows] = []
      for shard in try shards.map({ try $0.get() }) where left > 0 {
        kept.append(shard.count <= left ? shard : shard.selecting(Array(0..<left)))
        left -= min(shard.count, left)
      }
      if kept.contains(where: { $0.count > 0 }) { try deliver(assembly.table(kept, identifiers: &identifiers)) }
      // One row in 500 is too few to wait for.
      if !drawsAll, tried >= 2 * Self.piece, request.rows - left < tried / 500 { drawsAll = true }
    }
  }

  func complete(_ partial: Table, _ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let conditions = try DDPMConditions(request.conditions, coding: coding)
    var sampler = sampler(request)
    // A cell that is to be filled is not filled with nothing.
    sampler.generatesMissing = false
    let assembly = TableAssembly(coding: coding.table, schema: schema)
    var identifiers = assembly.identifiers(seed: request.seed)
    let pass = pass(request.threads)
    for first in stride(from: 0, to: partial.rowCount, by: Self.piece) {
      let piece = partial.rows(first..<min(first + Self.piece, partial.rowCount))
      let random = RandomStream(seed: request.seed, stream: UInt64(first))
      var start = try coding.table.start(piece, random: random.child(3))
      conditions.apply(to: &start, drawsAll: true, random: random.child(2))
      let shards = pass.map(rows: piece.rowCount) { [sampler, start] tape, range in
        Result {
          try sampler.sample(
            start.selecting(Array(range)),
            random: RandomStream(seed: request.seed, stream: UInt64(first + range.lowerBound)).child(1), on: tape)
        }
      }
      let made = assembly.table(try shards.map { try $0.get() }, identifiers: &identifiers)
      try deliver(assembly.keeping(piece, in: made))
    }
  }

  /// Not defined: the loss of TabDDPM weighs the steps of numbers so that they are no bound on a likelihood.
  func score(_ table: Table, _ request: SampleRequest) throws -> [Double?] {
    throw ConditionError.unsupported(
      "score rows: its loss is no likelihood; use 'tabular-masked'", method: TabularDDPMMethod.id)
  }

  private func sampler(_ request: SampleRequest) -> DDPMSampler {
    DDPMSampler(
      objective: objective, coding: coding,
      sampling: DDPMOptions.sampling(settings.sampling, request: request.options),
      generatesMissing: request.includesMissing)
  }

  private func pass(_ threads: Int) -> ShardedPass {
    ShardedPass(
      store: store, rows: Self.piece, rowsPerShard: Self.shard, precision: precision, threads: threads,
      recordsGradients: false)
  }

  // MARK: The file

  private static let bodyKey = "model"

  /// What the file says besides the parameters.
  private struct Body: Codable {
    var schema: Schema
    var coding: DDPMCoding
    var settings: DDPMSettings
    var precision: Precision
    var report: FitReport
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": TabularDDPMMethod.id])
    try archive.set(
      Body(schema: schema, coding: coding, settings: settings, precision: precision, report: report), for: Self.bodyKey)
    archive.add(parametersOf: store)
    return archive
  }

  init(_ archive: ModelArchive) throws {
    let body: Body = try archive.value(for: Self.bodyKey)
    var parameters = ParameterLayout()
    let objective = Self.objective(body.coding, body.settings, in: &parameters)
    self.init(
      schema: body.schema, coding: body.coding, settings: body.settings,
      store: try archive.parameters(for: parameters), objective: objective,
      precision: body.precision == .bfloat16 ? Precision.fastest : body.precision, report: body.report)
  }

  init(
    schema: Schema, coding: DDPMCoding, settings: DDPMSettings, store: ParameterStore, objective: DDPMObjective,
    precision: Precision, report: FitReport
  ) {
    self.schema = schema
    self.coding = coding
    self.settings = settings
    self.store = store
    self.objective = objective
    self.precision = precision
    self.report = report
  }

  /// Lays out the network for a coding.
  static func objective(
    _ coding: DDPMCoding, _ settings: DDPMSettings, in parameters: inout ParameterLayout
  ) -> DDPMObjective {
    let network = DDPMNetwork(
      DDPMLayout(coding.table), settings: settings.network, steps: settings.steps, in: &parameters)
    return DDPMObjective(network: network, schedule: settings.schedule.stepped(settings.steps))
  }
}
