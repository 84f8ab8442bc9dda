import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// TabDDPM as published: Gaussian diffusion of numbers and multinomial diffusion of categories under one denoiser.
///
/// What differs from the paper and its code, and why:
/// - Any cells may be known (``DDPMObjective``), so that conditions and given cells are exact; the paper conditions on the
///   class label only.
/// - Predicted clean numbers are clipped to the range of the data (``DDPMSampler``): the published sampler may run away.
/// - Equal values are spread over their quantiles (``DDPMCoding``), and missing cells are generated as such.
/// - Networks are smaller and T is 100, for minutes on a CPU; averaged parameters are used, as the paper's code keeps but
///   does not sample from.
public struct TabularDDPMMethod: Synthesizer {
  static let id = "tabular-ddpm"

  /// Makes the method.
  public init() {}

  /// The method as data.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["tabddpm", "ddpm"], tasks: [.synthesize],
      summary: "TabDDPM: Gaussian diffusion of numbers, multinomial diffusion of categories.",
      rationale:
        "The classic, as a baseline: widely reported, quick to sample with few evaluations. It has no likelihood, so it cannot "
        + "score rows, and with the same time 'tabular-masked' is nearer to the data.",
      citation:
        "Kotelnikov, Baranchuk, Rubachev & Babenko, TabDDPM: modelling tabular data with diffusion models, ICML 2023",
      options: DDPMOptions.descriptions,
      examples: [
        "langevin synth customers.csv -o synthetic.csv --method tabular-ddpm",
        "langevin synth customers.csv -o synthetic.csv --method tabular-ddpm --sampler ddim --evaluations 25",
      ])
  }

  /// Learns a table.
  public func fit(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedSynthesizer {
    var choices: [Choice] = []
    func choose(_ choice: Choice) {
      choices.append(choice)
      run.announce(choice)
    }
    let random = RandomStream(seed: run.seed)
    let (coding, data) = try DDPMCoding.fitting(
      table, schema: schema, fewValues: options.integer("few-values"), derives: options.flag("derive"),
      random: random.child(10))
    let layout = DDPMLayout(coding.table)
    guard !layout.cells.isEmpty else { throw FitError.nothingToModel }
    guard table.rowCount >= FitError.fewestRows else { throw FitError.tooFewRows(table.rowCount) }
    for column in coding.table.columns { column.announce(in: coding.table, choose) }

    // A tenth of the rows, but no more than a good estimate needs, judges the others.
    var shuffle = random.child(13)
    let order = shuffle.permutation(table.rowCount).map { Int32($0) }
    let heldOut = min(2048, table.rowCount / 10)
    let plan = DDPMOptions.plan(
      options, rows: table.rowCount - heldOut, columns: layout.cells.count, run: run, choose)
    var parameters = ParameterLayout()
    let objective = FittedTabularDDPM.objective(coding, plan.model, in: &parameters)
    let store = ParameterStore(layout: parameters, values: parameters.initialValues(random.child(12)))
    let task = DDPMTask(
      objective: objective, data: data, training: Array(order[heldOut...]), heldOut: Array(order[..<heldOut]))
    let summary = try Trainer(plan.training).train(
      store, objective: task, checkpoint: run.checkpoint, fingerprint: try Self.fingerprint(data, plan),
      shouldContinue: run.shouldContinue)
    return FittedTabularDDPM(
      schema: schema, coding: coding, settings: plan.model, store: store, objective: objective,
      precision: plan.training.precision,
      report: task.report(store, summary: summary, settings: plan.training, choices: choices))
  }

  /// Reads a model that this method wrote.
  public func load(_ archive: ModelArchive) throws -> any FittedSynthesizer { try FittedTabularDDPM(archive) }

  /// Names the data and what was asked of them, so that a checkpoint is not taken for another run's.
  private static func fingerprint(_ data: CodedTable, _ plan: DDPMOptions.Plan) throws -> String {
    var sum = CRC64()
    data.codes.withUnsafeBytes { sum.update($0) }
    data.scores.withUnsafeBytes { sum.update($0) }
    var training = plan.training
    training.threads = 1  // Results do not depend on it.
    training.budget = nil  // Time that was spent is counted, and may be extended.
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try encoder.encode(training).withUnsafeBytes { sum.update($0) }
    try encoder.encode(plan.model).withUnsafeBytes { sum.update($0) }
    return "\(id) \(sum.text)"
  }
}
