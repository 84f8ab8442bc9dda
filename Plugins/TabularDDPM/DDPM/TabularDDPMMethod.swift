import DiffusionCore
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
public struct TabularDDPMMethod: CompletingSynthesizer {
  static let id = "tabular-ddpm"

  private let menu: DenoiserMenu

  /// Makes the method with the networks that it offers, at least one.
  public init(denoisers: [Registration<any TrainableDenoiser>] = StandardDenoisers.all) {
    menu = DDPMOptions.menu(denoisers)
  }

  /// The method with more networks.
  public func offering(denoisers: [Registration<any TrainableDenoiser>]) -> TabularDDPMMethod {
    TabularDDPMMethod(denoisers: menu.registrations(adding: denoisers))
  }

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
      options: menu.options,
      examples: [
        "langevin synth customers.csv -o synthetic.csv --method tabular-ddpm",
        "langevin synth customers.csv -o synthetic.csv --method tabular-ddpm --sampler ddim --evaluations 25",
      ])
  }

  /// Learns a table.
  public func fit(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> FittedTabularDDPM {
    let started = Deadline(seconds: run.budget ?? 0)
    var choices: [Choice] = []
    func choose(_ choice: Choice) {
      choices.append(choice)
      run.announce(choice)
    }
    let random = RandomStream(seed: run.seed)
    let coding = try DDPMEncoder(options).fitted(to: table, schema: schema, random: random.child(10))
    let layout = DDPMLayout(coding.table)
    guard !layout.cells.isEmpty else { throw FitError.nothingToModel }
    guard table.rowCount >= FitError.fewestRows else { throw FitError.tooFewRows(table.rowCount) }
    let data = try coding.encode(table, random: random.child(10).child(1))
    for column in coding.table.columns { column.announce(in: coding.table, choose) }

    let rows = HeldOutSplit(rows: table.rowCount, most: 2048, random: random.child(13))
    var run = run
    var plan = try DDPMOptions.plan(
      options, menu: menu, rows: rows.training.count, layout: layout, run: run, choose)
    if case .integer(let width)? = plan.model.network.options["width"] {
      try run.checkpoint?.keep(width, as: DDPMTime.key)
    }
    var parameters = ParameterLayout()
    let objective = DDPMObjective(
      coding, settings: plan.model, denoiser: try menu.make(plan.model.network), in: &parameters)
    let store = ParameterStore(layout: parameters, values: parameters.initialValues(random.child(12)))
    let task = DDPMTask(objective: objective, data: data, training: rows.training, heldOut: rows.heldOut)
    let judging = Deadline(seconds: 1e6)
    let before = task.losses(store, plan.training)
    let judged = judging.seconds - judging.remaining
    if run.deadline != nil, let budget = run.budget {
      // Coding is part of the time that was given, and so is making rows.
      let sampler = DDPMSampler(objective: objective, coding: coding, sampling: plan.model.sampling)
      let evaluations = plan.model.sampling.evaluations ?? plan.model.steps
      let making = try sampler.secondsToMake(
        run.rowsToMake, store: store, precision: plan.training.precision, threads: run.threads)
      let time = DDPMTime(
        seconds: budget, threads: run.threads, batch: plan.training.batch, rowsToMake: run.rowsToMake)
      plan.training.budget = time.training(
        left: started.remaining, judging: DDPMTask.judgingFactor * judged,
        making: making * Double(evaluations) / Double(plan.model.steps), evaluations: evaluations)
    }
    let summary = try Trainer(plan.training).train(
      store, objective: task, checkpoint: run.checkpoint,
      fingerprint: plan.training.fingerprint(of: data, method: Self.id, model: plan.model),
      shouldContinue: run.shouldContinue)
    let report = task.report(store, summary: summary, before: before, settings: plan.training, choices: choices)
    return FittedTabularDDPM(
      contents: ModelContents(
        schema: schema.counting(missingIn: table), coding: coding, settings: plan.model,
        precision: plan.training.precision, report: report),
      store: store, objective: objective)
  }

  /// Reads a model that this method wrote.
  public func load(_ archive: ModelArchive) throws -> FittedTabularDDPM {
    try FittedTabularDDPM(archive, menu: menu)
  }
}
