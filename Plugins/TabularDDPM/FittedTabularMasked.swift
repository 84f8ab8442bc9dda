import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// A table learned by ``TabularMasked``.
struct FittedTabularMasked: FittedSynthesizer {
  let schema: Schema
  let coding: TableCoding
  let settings: MaskedNetworkSettings
  let store: ParameterStore
  let objective: MaskedObjective
  let precision: Precision
  let report: FitReport

  /// Rows that go through a tape at once, and rows that are handed over at once.
  private static let shard = 128, piece = 8192

  // MARK: Sampling

  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let plan = try ConditionPlan(request.conditions, coding: coding, layout: objective.layout)
    let sampler = try makeSampler(plan, request)
    let assembly = TableAssembly(coding: coding, schema: schema)
    var identifiers = assembly.identifiers(seed: request.seed)
    let pass = makePass(request.threads)
    let template = try start(rows: Self.shard, plan)
    for first in stride(from: 0, to: request.rows, by: Self.piece) {
      let count = min(Self.piece, request.rows - first)
      let shards = pass.map(rows: count) { tape, range in
        Result {
          try sampler.sample(
            template.selecting(Array(0..<range.count)),
            random: RandomStream(seed: request.seed, stream: UInt64(first + range.lowerBound)).child(1), on: tape)
        }
      }
      try deliver(assembly.table(try shards.map { try $0.get() }, identifiers: &identifiers))
    }
  }

  func complete(_ partial: Table, _ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let plan = try ConditionPlan(request.conditions, coding: coding, layout: objective.layout)
    let sampler = try makeSampler(plan, request)
    let assembly = TableAssembly(coding: coding, schema: schema)
    var identifiers = assembly.identifiers(seed: request.seed)
    let pass = makePass(request.threads)
    for first in stride(from: 0, to: partial.rowCount, by: Self.piece) {
      let piece = partial.rows(first..<min(first + Self.piece, partial.rowCount))
      let rows = try fix(
        plan, try coding.start(piece, random: RandomStream(seed: request.seed, stream: UInt64(first)).child(2)))
      let shards = pass.map(rows: piece.rowCount) { tape, range in
        Result {
          try sampler.sample(
            rows.selecting(Array(range)),
            random: RandomStream(seed: request.seed, stream: UInt64(first + range.lowerBound)).child(1), on: tape)
        }
      }
      let made = assembly.table(try shards.map { try $0.get() }, identifiers: &identifiers)
      try deliver(assembly.keeping(piece, in: made))
    }
  }

  private func makeSampler(_ plan: ConditionPlan, _ request: SampleRequest) throws -> MaskedSampler {
    var sampler = try MaskedSampler(objective, plan: plan)
    sampler.generatesMissing = request.includesMissing
    sampler.evaluations = request.options?.integer("evaluations", automatic: 64) ?? 64
    sampler.isCosine = request.options?.text("schedule") == "masking-cosine"
    return sampler
  }

  private func makePass(_ threads: Int) -> ShardedPass {
    ShardedPass(
      store: store, rows: Self.piece, rowsPerShard: Self.shard, precision: precision, threads: threads,
      recordsGradients: false)
  }

  /// Rows in which nothing is known but what the conditions fix.
  private func start(rows: Int, _ plan: ConditionPlan) throws -> MaskedSampler.Rows {
    try fix(
      plan,
      MaskedSampler.Rows(
        count: rows, codes: Array(repeating: CodedTable.unknown, count: rows * objective.layout.slots.count),
        scores: Array(repeating: 0, count: rows * objective.layout.numericCount),
        numbers: Array(repeating: .nan, count: rows * coding.columns.count)))
  }

  /// Writes what conditions fix into rows that do not say otherwise.
  private func fix(_ plan: ConditionPlan, _ rows: MaskedSampler.Rows) throws -> MaskedSampler.Rows {
    var rows = rows
    let layout = objective.layout, slots = layout.slots.count
    for (column, cell) in plan.known.sorted(by: { $0.key < $1.key }) {
      let own = layout.slotsOfColumn[column]
      let (codes, number) = coding.codes(column, of: cell)
      for row in 0..<rows.count where rows.codes[row * slots + own[0]] == CodedTable.unknown {
        for (slot, code) in zip(own, codes) { rows.codes[row * slots + slot] = code }
        guard let number, let numeric = layout.numericIndex[column] else { continue }
        rows.numbers[row * coding.columns.count + column] = number
        rows.scores[row * layout.numericCount + numeric] = coding.score(column, of: number)
      }
    }
    return rows
  }

  // MARK: Likelihood

  func score(_ table: Table, _ request: SampleRequest) throws -> [Double?] {
    let pass = makePass(request.threads)
    var scores: [Double?] = []
    for first in stride(from: 0, to: table.rowCount, by: Self.piece) {
      let piece = table.rows(first..<min(first + Self.piece, table.rowCount))
      let (known, coded) = try coding.encodeKnown(
        piece, random: RandomStream(seed: request.seed, stream: UInt64(first)))
      let bounds = objective.bounds(coded, pass: pass, seed: request.seed)
      scores += zip(known, bounds).map { $0 ? Double($1) : nil }
    }
    return scores
  }

  // MARK: The file

  private static let bodyKey = "model"

  /// What the file says besides the parameters.
  private struct Body: Codable {
    var schema: Schema
    var coding: TableCoding
    var settings: MaskedNetworkSettings
    var precision: Precision
    var report: FitReport
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": TabularMasked.id])
    try archive.set(
      Body(schema: schema, coding: coding, settings: settings, precision: precision, report: report), for: Self.bodyKey)
    archive.add(parametersOf: store)
    return archive
  }

  init(_ archive: ModelArchive) throws {
    let body: Body = try archive.value(for: Self.bodyKey)
    let layout = body.coding.layout
    var parameters = ParameterLayout()
    let network = MaskedNetwork(
      layout, settings: body.settings, prior: Array(repeating: 0, count: layout.outputs), in: &parameters)
    self.init(
      schema: body.schema, coding: body.coding, settings: body.settings,
      store: try archive.parameters(for: parameters),
      objective: MaskedObjective(coding: body.coding, network: network),
      precision: body.precision == .bfloat16 ? Precision.fastest : body.precision, report: body.report)
  }

  init(
    schema: Schema, coding: TableCoding, settings: MaskedNetworkSettings, store: ParameterStore,
    objective: MaskedObjective, precision: Precision, report: FitReport
  ) {
    self.schema = schema
    self.coding = coding
    self.settings = settings
    self.store = store
    self.objective = objective
    self.precision = precision
    self.report = report
  }
}
