import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// A table learned by ``TabularDDPMMethod``.
public struct FittedTabularDDPM: CompletingModel {
  let contents: ModelContents<DDPMCoding, DDPMSettings>
  let store: ParameterStore
  let objective: DDPMObjective

  /// What each column is.
  public var schema: Schema { contents.schema }
  /// How training went.
  public var report: FitReport { contents.report }
  private var coding: DDPMCoding { contents.coding }

  /// Rows that go through a tape at once, and rows that are handed over at once.
  static let shard = 256, piece = 8192

  // MARK: Sampling

  /// Makes rows.
  public func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let conditions = try DDPMConditions(request.conditions, coding: coding)
    let sampler = try self.sampler(request, rows: request.rows)
    let assembly = TableAssembly(coding: coding.table)
    var state = coding.decodingState(random: RandomStream(seed: request.seed).child(3))
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
      if kept.contains(where: { $0.count > 0 }) { try deliver(assembly.table(kept, &state)) }
      // One row in 500 is too few to wait for.
      if !drawsAll, tried >= 2 * Self.piece, request.rows - left < tried / 500 {
        drawsAll = true
        request.announce(
          Choice(
            "conditions", "each drawn by itself",
            because:
              "\(request.rows - left) of \(tried) rows met them together, so their relation to each other is not kept",
            flag: "--method"))
      }
    }
  }

  /// Fills the missing cells of given rows.
  public func complete(_ partial: Table, _ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let conditions = try DDPMConditions(request.conditions, coding: coding)
    var sampler = try sampler(request, rows: partial.rowCount)
    // A cell that is to be filled is not filled with nothing.
    sampler.generatesMissing = false
    let assembly = TableAssembly(coding: coding.table)
    var state = coding.decodingState(random: RandomStream(seed: request.seed).child(3))
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
      let made = assembly.table(try shards.map { try $0.get() }, &state)
      try deliver(assembly.keeping(piece, in: made))
    }
  }

  private func sampler(_ request: SampleRequest, rows: Int) throws -> DDPMSampler {
    var sampler = DDPMSampler(
      objective: objective, coding: coding,
      sampling: DDPMOptions.sampling(contents.settings.sampling, request: request.options),
      generatesMissing: request.includesMissing)
    if let deadline = request.deadline, sampler.sampling.evaluations == nil {
      let wanted = objective.schedule.steps
      let seconds = try sampler.secondsToMake(
        rows, store: store, precision: contents.precision, threads: request.threads)
      let possible = deadline.evaluations(wanted, taking: seconds, least: min(2, wanted))
      if possible < wanted {
        sampler.sampling.evaluations = possible
        request.announce(.fewerEvaluations(possible, of: wanted))
      }
    }
    return sampler
  }

  private func pass(_ threads: Int) -> ShardedPass {
    ShardedPass(
      store: store, rows: Self.piece, rowsPerShard: Self.shard, precision: contents.precision, threads: threads,
      recordsGradients: false)
  }

  // MARK: The file

  /// The model as one file.
  public func archive() throws -> ModelArchive { try contents.archive(method: TabularDDPMMethod.id, parameters: store) }
}

extension FittedTabularDDPM {
  /// Reads a model, with one of the networks that the method offers.
  init(_ archive: ModelArchive, menu: DenoiserMenu) throws {
    contents = try Self.contents(of: archive)
    var parameters = ParameterLayout()
    objective = DDPMObjective(
      contents.coding, settings: contents.settings,
      denoiser: try menu.make(contents.settings.network, of: archive), in: &parameters)
    store = try archive.parameters(for: parameters)
  }
}

extension DDPMSampler {
  /// About how many seconds it takes to make rows with an evaluation for every diffusion step.
  func secondsToMake(_ rows: Int, store: ParameterStore, precision: Precision, threads: Int) throws -> Double {
    var few = self
    // Each evaluation takes as long as any other.
    few.sampling.evaluations = min(4, objective.schedule.steps)
    let shard = FittedTabularDDPM.shard
    let pass = ShardedPass(
      store: store, rows: shard * threads, rowsPerShard: shard, precision: precision, threads: threads,
      recordsGradients: false)
    let conditions = try DDPMConditions([], coding: coding)
    let seconds = try SamplingPace.seconds(rows: rows, shard: shard, threads: threads) { [few] rows in
      let shards = pass.map(rows: rows) { tape, range in
        Result {
          let random = RandomStream(seed: 0, stream: UInt64(range.lowerBound))
          let start = conditions.start(rows: range.count, drawsAll: false, random: random.child(2))
          _ = try few.sample(start, random: random.child(1), on: tape)
        }
      }
      for result in shards { try result.get() }
    }
    return seconds * Double(objective.schedule.steps) / Double(few.sampling.evaluations ?? 1)
  }
}

extension DDPMObjective {
  /// Lays out the network for a coding.
  init(
    _ coding: DDPMCoding, settings: DDPMSettings, denoiser: any TrainableDenoiser, in parameters: inout ParameterLayout
  ) {
    let network = DDPMNetwork(DDPMLayout(coding.table), denoiser: denoiser, steps: settings.steps, in: &parameters)
    self.init(network: network, schedule: settings.schedule.stepped(settings.steps))
  }
}
