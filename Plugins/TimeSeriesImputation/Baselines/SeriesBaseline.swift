import DiffusionCore
import Tables
import Tensors

/// A method for series made from a ``SeriesModel``: it learns the model, hides cells to see how far it is off, and fills
/// gaps with calibrated intervals and draws.
struct SeriesBaseline<Model: SeriesModel>: SeriesImputer {
  var descriptor: MethodDescriptor { Model.descriptor }
  /// Others are measured against it.
  var isBaseline: Bool { true }

  /// The share of observed cells that are hidden for calibration, and how many at most.
  private static var hiddenShare: Double { 0.1 }
  private static var mostHidden: Double { 200_000 }

  func fitImputer(
    _ table: Table, schema: Schema, series: SeriesLayout, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    let coding = try SeriesCoding(table, schema: schema, layout: series)
    for name in coding.empty {
      run.announce(
        Choice("column \(name)", "left empty", because: "no row has a value to learn from"))
    }
    let frame = try coding.frame(table, schema: schema)
    let random = RandomStream(seed: run.seed).child(40)
    let grids = frame.grids
    let pattern = GapPattern(grids)
    let observed = grids.reduce(0) { $0 + $1.count }
    let share = min(Self.hiddenShare, Self.mostHidden / Double(max(observed, 1)))
    let hidden = try frame.map(threads: run.threads) { entity in
      var stream = random.child(1).child(UInt64(entity))
      return pattern.draw(share: share, in: grids[entity], random: &stream)
    }
    let masked = frame.hiding(hidden)
    var data = SeriesTraining(
      coding: coding, frame: masked, pattern: pattern, random: random.child(2), threads: run.threads)
    data.announce = run.announce
    data.shouldContinue = {
      run.shouldContinue(
        TrainingProgress(step: 0, plannedSteps: nil, share: 0, loss: 0, heldOut: nil, elapsed: 0, remaining: nil))
    }
    let model = try Model(data, options: options)
    let goesOn = data.shouldContinue
    let filled = try model.fill(masked, threads: run.threads, shouldContinue: { _ in goesOn() })
    let numbers = coding.columns.indices.filter { !coding.columns[$0].isCategory }.flatMap { coding.channels(of: $0) }
    let calibration = SeriesCalibration(
      truth: frame, masked: masked, hidden: hidden, filled: filled, channels: numbers, typicalStep: coding.typicalStep)
    return FittedSeriesBaseline(
      contents: .init(schema: schema, coding: coding, model: model, calibration: calibration))
  }

  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    FittedSeriesBaseline<Model>(contents: try archive.contents(for: FittedSeriesBaseline<Model>.key))
  }
}

/// A ``SeriesBaseline`` that has learned.
struct FittedSeriesBaseline<Model: SeriesModel>: FittedImputer {
  static var key: String { "model" }

  struct Contents: Codable, Sendable {
    let schema: Schema
    let coding: SeriesCoding
    let model: Model
    let calibration: SeriesCalibration
  }

  let contents: Contents

  var schema: Schema { contents.schema }
  var series: SeriesLayout? { contents.coding.layout }
  var report: FitReport? { nil }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": Model.descriptor.id])
    try archive.set(contents, for: Self.key)
    return archive
  }

  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
    let coding = contents.coding
    let frame = try coding.frame(table, schema: schema)
    let filled = try contents.model.fill(
      frame, threads: request.threads, shouldContinue: { request.shouldContinue(0.9 * $0) })
    guard request.shouldContinue(0.9) else { throw CancellationError() }
    let drawing = SeriesDrawing(
      coding: coding, calibration: contents.calibration, frame: frame, filled: filled, request: request)
    return coding.imputation(of: table, frame: frame, try drawing.predictions(coding.holes(of: table, in: frame)))
  }
}
