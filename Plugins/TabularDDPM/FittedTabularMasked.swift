import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// A table learned by ``TabularMasked``.
public struct FittedTabularMasked: CompletingModel, ScoringModel {
  private(set) var contents: ModelContents<TableCoding, ComponentChoice>
  let store: ParameterStore
  private(set) var objective: MaskedObjective
  /// See ``MaskedObjective/leastVisible``.
  var leastVisible: Double {
    get { objective.leastVisible }
    set { objective.leastVisible = newValue }
  }

  /// What each column is.
  public var schema: Schema { contents.schema }
  /// How training went.
  public var report: FitReport { contents.report }
  private var coding: TableCoding { contents.coding }

  /// Rows that go through a tape at once, and rows that are handed over at once.
  static let shard = 128, piece = 8192
  /// Evaluations of the network a row, where it has so many slots.
  static let evaluations = 64

  /// Adds to the choices of the report.
  mutating func note(_ choice: Choice) {
    var report = contents.report
    report.choices.append(choice)
    contents = ModelContents(
      schema: contents.schema, coding: contents.coding, settings: contents.settings, precision: contents.precision,
      report: report)
  }

  // MARK: Sampling

  /// Makes rows.
  public func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let plan = try ConditionPlan(request.conditions, coding: coding, layout: objective.layout)
    let sampler = try makeSampler(plan, request, rows: request.rows)
    let assembly = TableAssembly(coding: coding)
    var state = coding.decodingState(random: RandomStream(seed: request.seed).child(3))
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
      try deliver(assembly.table(try shards.map { try $0.get() }, &state))
    }
  }

  /// Fills the missing cells of given rows.
  public func complete(_ partial: Table, _ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let plan = try ConditionPlan(request.conditions, coding: coding, layout: objective.layout)
    var sampler = try makeSampler(plan, request, rows: partial.rowCount)
    // A cell that is to be filled is not filled with nothing.
    sampler.generatesMissing = false
    let assembly = TableAssembly(coding: coding)
    var state = coding.decodingState(random: RandomStream(seed: request.seed).child(3))
    let pass = makePass(request.threads)
    for first in stride(from: 0, to: partial.rowCount, by: Self.piece) {
      let piece = partial.rows(first..<min(first + Self.piece, partial.rowCount))
      let rows = try fix(
        plan, try coding.start(piece, random: RandomStream(seed: request.seed, stream: UInt64(first)).child(2)))
      let shards = pass.map(rows: piece.rowCount) { [sampler] tape, range in
        Result {
          try sampler.sample(
            rows.selecting(Array(range)),
            random: RandomStream(seed: request.seed, stream: UInt64(first + range.lowerBound)).child(1), on: tape)
        }
      }
      let made = assembly.table(try shards.map { try $0.get() }, &state)
      try deliver(assembly.keeping(piece, in: made))
    }
  }

  private func makeSampler(_ plan: ConditionPlan, _ request: SampleRequest, rows: Int) throws -> MaskedSampler {
    var sampler = try MaskedSampler(objective, plan: plan)
    sampler.generatesMissing = request.includesMissing
    sampler.evaluations = request.options?.integer("evaluations", automatic: Self.evaluations) ?? Self.evaluations
    if let deadline = request.deadline, request.options?.isAutomatic("evaluations") ?? true {
      let wanted = min(sampler.evaluations, objective.layout.slots.count)
      let seconds = try objective.secondsToMake(
        rows, evaluations: wanted, store: store, precision: contents.precision, threads: request.threads)
      let possible = deadline.evaluations(wanted, taking: seconds, least: min(2, wanted))
      if possible < wanted {
        sampler.evaluations = possible
        request.announce(.fewerEvaluations(possible, of: wanted))
      }
    }
    sampler.guidance = SlotGuidance(weight: request.options?.number("guidance") ?? 0)
    sampler.isCosine = request.options?.text("schedule") == "masking-cosine"
    return sampler
  }

  func makePass(_ threads: Int, shard: Int = shard) -> ShardedPass {
    ShardedPass(
      store: store, rows: Self.piece, rowsPerShard: shard, precision: contents.precision, threads: threads,
      recordsGradients: false)
  }

  /// Rows in which nothing is known but what the conditions fix.
  private func start(rows: Int, _ plan: ConditionPlan) throws -> MaskedSampler.Rows {
    try fix(
      plan,
      MaskedSampler.Rows(
        count: rows, codes: Array(repeating: Cells.unknown, count: rows * objective.layout.slots.count),
        scores: Array(repeating: 0, count: rows * objective.layout.scoreCount),
        numbers: Array(repeating: .nan, count: rows * coding.columns.count)))
  }

  /// Writes what conditions fix into rows that do not say otherwise.
  private func fix(_ plan: ConditionPlan, _ rows: MaskedSampler.Rows) throws -> MaskedSampler.Rows {
    var rows = rows
    let layout = objective.layout, slots = layout.slots.count
    for (column, cell) in plan.known.sorted(by: { $0.key < $1.key }) {
      let own = layout.slotsOfColumn[column]
      let (codes, number) = coding.codes(column, of: cell)
      for row in 0..<rows.count where rows.codes[row * slots + own[0]] == Cells.unknown {
        for (slot, code) in zip(own, codes) { rows.codes[row * slots + slot] = code }
        guard let number, let numeric = layout.numericIndex[column] else { continue }
        rows.numbers[row * coding.columns.count + column] = number
        rows.scores[row * layout.scoreCount + numeric] = coding.score(column, of: number)
      }
    }
    return rows
  }

  // MARK: Likelihood

  /// A bound on the negative log-likelihood of each row, in nats.
  public func score(_ table: Table, _ request: SampleRequest) throws -> [Double?] {
    let pass = makePass(request.threads)
    var scores: [Double?] = []
    for first in stride(from: 0, to: table.rowCount, by: Self.piece) {
      let piece = table.rows(first..<min(first + Self.piece, table.rowCount))
      let (known, coded) = try coding.encodeKnown(
        piece, random: RandomStream(seed: request.seed, stream: UInt64(first)))
      guard known.contains(true) else {
        scores += Array(repeating: nil, count: piece.rowCount)
        continue
      }
      let bounds = objective.bounds(coded, pass: pass, seed: request.seed)
      guard bounds.allSatisfy(\.isFinite) else { throw ArchiveError(.overflow(what: "likelihoods")) }
      let beyond = coding.costsBeyondRange(piece)
      scores += known.indices.map { known[$0] ? Double(bounds[$0]) + beyond[$0] : nil }
    }
    return scores
  }

  // MARK: The file

  /// The model as one file.
  public func archive() throws -> ModelArchive { try contents.archive(method: TabularMasked.id, parameters: store) }
}

extension FittedTabularMasked {
  /// Reads a model, with one of the networks that the method offers.
  init(_ archive: ModelArchive, menu: DenoiserMenu) throws {
    contents = try Self.contents(of: archive)
    let layout = contents.coding.layout
    var parameters = ParameterLayout()
    let network = MaskedNetwork(
      layout, denoiser: try menu.make(contents.settings, of: archive),
      prior: Array(repeating: 0, count: layout.outputs), in: &parameters)
    store = try archive.parameters(for: parameters)
    objective = MaskedObjective(coding: contents.coding, network: network)
  }
}
