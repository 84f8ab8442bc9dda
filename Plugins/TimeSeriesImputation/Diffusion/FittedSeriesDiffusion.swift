import DiffusionCore
import NeuralNetworks
import Tables

/// Series learned by ``SeriesDiffusion``.
struct FittedSeriesDiffusion: FittedImputer {
  struct Settings: Codable, Sendable {
    let shape: ResidualNetworkShape
    let spread: [Float]
    let mean: RidgeModel
    let prior: ResidualPrior
    let drift: ResidualDrift
    let calibration: ResidualCalibration
    let draws: Int, evaluations: Int
    /// Whether the denoiser has learned to go on from window to window.
    let chains: Bool
  }

  let contents: ModelContents<SeriesCoding, Settings>
  let network: ResidualNetwork
  let store: ParameterStore

  var schema: Schema { contents.schema }
  var series: SeriesLayout? { contents.coding.layout }
  var report: FitReport? { contents.report }

  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
    let coding = contents.coding, settings = contents.settings, length = settings.shape.length
    let frame = try coding.frame(table, schema: schema)
    let base = try settings.mean.fill(
      frame, threads: request.threads, shouldContinue: { _ in request.shouldContinue(0) })
    let objective = ResidualObjective(
      network: network, spread: settings.spread, typicalStep: coding.typicalStep, chains: settings.chains,
      paths: GapPaths(settings.prior, length: length))
    let effort = request.affordable(draws: settings.draws, evaluations: settings.evaluations)
    let filling = ResidualFilling(
      sampler: ResidualSampler(objective: objective, evaluations: effort.evaluations),
      store: store, precision: contents.precision, threads: request.threads, length: length,
      view: MaskedView(frame, base: base), channels: frame.channelCount, inputs: frame.inputCount,
      random: RandomStream(seed: request.seed).child(51))
    let stretches = WindowPlan.stretches(frame, length: length, typicalStep: coding.typicalStep)
    var results = try filling.run(
      ResidualFilling.jobs(stretches, length: length, chains: settings.chains),
      draws: effort.draws, shouldContinue: request.shouldContinue)
    for result in results { try result.checkFinite() }
    for (entity, series) in frame.entities.enumerated() {
      settings.drift.mix(
        into: &results[entity], times: series.times, channels: frame.channelCount, typicalStep: coding.typicalStep,
        random: RandomStream(seed: request.seed).child(52).child(UInt64(entity)))
    }
    var filled = base
    for (entity, result) in results.enumerated() {
      for cell in result.weight.indices where result.weight[cell] > 0 {
        filled[entity][cell] = result.median[cell] / result.weight[cell]
      }
    }
    let predictions = ResidualPredictions(
      coding: coding, frame: frame, results: results, calibration: settings.calibration, request: request)
    return coding.imputation(
      of: table, frame: frame, predictions.predictions(coding.holes(of: table, in: frame), filled: filled))
  }

  func archive() throws -> ModelArchive { try contents.archive(method: SeriesDiffusion.id, parameters: store) }
}

extension FittedSeriesDiffusion {
  /// Reads a model.
  init(_ archive: ModelArchive) throws {
    contents = try ModelContents(archive) { stored, field throws(ArchiveError) in
      try stored.coding.check(field("coding"), schema: stored.schema)
      try stored.settings.check(field("settings"), coding: stored.coding)
    }
    var parameters = ParameterLayout()
    network = ResidualNetwork(contents.settings.shape, in: &parameters)
    store = try archive.parameters(for: parameters)
  }
}
