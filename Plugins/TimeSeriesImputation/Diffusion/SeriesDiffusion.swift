import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// The default method for series: a ridge's mean, then diffusion of what it leaves over.
public struct SeriesDiffusion: SeriesImputer {
  static let id = "series-diffusion"

  /// Makes the method.
  public init() {}

  /// What the method is, and its options.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, tasks: [.impute],
      summary: "Diffusion of what a ridge leaves over, by a small transformer over time and channels.",
      rationale:
        "The best point and whole distributions where channels and times bend together, in minutes on a CPU. On a few "
        + "hundred rows, or where lines between observations are as good, a baseline does as well in seconds.",
      citation:
        "Karras et al., EDM, NeurIPS 2022; Tashiro et al., CSDI, NeurIPS 2021; Liu et al., PriSTI, ICDE 2023; "
        + "Han, Zheng & Zhou, CARD, NeurIPS 2022",
      options: SeriesDiffusionOptions.all,
      examples: [
        "langevin impute readings.csv -o filled.csv --time timestamp",
        "langevin impute readings.csv -o filled.csv --time timestamp --group station --interval 90 --draws 20",
      ])
  }

  /// Learns series. Throws what is wrong with the data, and what a training throws.
  public func fitImputer(
    _ table: Table, schema: Schema, series: SeriesLayout, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    let clock = Stopwatch()
    var choices: [Choice] = []
    func choose(_ choice: Choice) {
      choices.append(choice)
      run.announce(choice)
    }
    let coding = try SeriesCoding(table, schema: schema, layout: series)
    for name in coding.empty {
      choose(Choice("column \(name)", "left empty", because: "no row has a value to learn from"))
    }
    let frame = try coding.frame(table, schema: schema)
    var plan = SeriesDiffusionOptions.plan(options, frame: frame, coding: coding, run: run, choose)
    let random = RandomStream(seed: run.seed).child(50)
    let goesOn: @Sendable () -> Bool = {
      run.shouldContinue(TrainingProgress(step: 0, share: 0, loss: 0, elapsed: 0))
    }
    let pattern = GapPattern(frame.grids)
    var data = SeriesTraining(
      coding: coding, frame: frame, pattern: pattern, random: random.child(1), threads: run.threads)
    data.shouldContinue = goesOn
    let mean = try RidgeModel(data, options: try RidgeModel.descriptor.options(parsing: [:]))

    func shorten(_ name: String, to count: Int, of usual: Int) {
      choose(
        .shortened(
          name, "\(count) draws of hidden cells instead of \(usual)", flag: "--budget, --set \(name)=",
          repeating: "\(name)=\(count)"))
    }
    let time = run.deadline == nil ? nil : run.budget
    if let time, plan.masksAreAutomatic {
      // Each draw to train on is filled by the mean; a few more judge.
      let filling = Stopwatch()
      _ = try mean.fill(frame, threads: run.threads, shouldContinue: { _ in goesOn() })
      let affordable = max(4, Int(clamping: 0.2 * time / max(filling.seconds, 1e-6)))
      if affordable < plan.masks {
        shorten("masks", to: affordable, of: plan.masks)
        plan.masks = affordable
        if plan.judging == nil { plan.judging = affordable }
      }
    }
    var (store, task) = try ResidualTask.make(
      frame, coding: coding, mean: mean, pattern: pattern, plan: plan, threads: run.threads, random: random,
      shouldContinue: goesOn)
    var training = plan.training
    var calibrating = 0.0
    if let time {
      let window = try task.secondsOfAWindow(
        store, evaluations: plan.evaluations, threads: run.threads, precision: training.precision)
      if let most = run.secondsToFill, window * task.windowsToFill(draws: plan.draws) > most { throw FillingTooSlow() }
      let each = window * Double(task.judgingPlan.windows.count)
      if options.isAutomatic("judging") {
        let affordable = max(1, Int(clamping: 0.15 * time / max(each, 1e-6)))
        task.judgingViews = Array(task.judgingViews.prefix(affordable))
        if plan.judging != nil || affordable == task.judgingViews.count {
          shorten("judging", to: task.judgingViews.count, of: ResidualTask.mostJudgingViews)
        }
      }
      calibrating = each * Double(task.judgingViews.count)
    }
    if let budget = training.budget, run.steps == nil {
      // Reading, masks and the mean are part of the time that was given; so is what comes after.
      training.budget = max(0.92 * budget - clock.seconds - calibrating, budget / 4)
    }
    let pass = task.pass(store, training)
    let before = task.heldOutLosses(pass)
    var summary = try Trainer(training).train(
      store, objective: task, checkpoint: run.checkpoint,
      fingerprint: try training.fingerprint(
        of: Cells(rows: 1, codes: [], scores: frame.entities.flatMap(\.values)), method: Self.id, model: plan.shape),
      shouldContinue: run.shouldContinue)
    summary.initialHeldOut = before.total
    let (drift, calibration) = try task.calibration(
      store, evaluations: plan.evaluations, threads: run.threads, precision: training.precision,
      random: random.child(4), shouldContinue: { _ in goesOn() })
    let report = task.report(
      store, method: Self.id, summary: summary, before: before, after: task.heldOutLosses(pass), choices: choices)
    return FittedSeriesDiffusion(
      contents: ModelContents(
        schema: schema, coding: coding,
        settings: FittedSeriesDiffusion.Settings(
          shape: plan.shape, spread: task.objective.spread, mean: mean, prior: task.objective.paths.prior, drift: drift,
          calibration: calibration,
          draws: plan.draws, evaluations: plan.evaluations, chains: task.objective.chains),
        precision: training.precision, report: report),
      network: task.objective.network, store: store)
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer { try FittedSeriesDiffusion(archive) }
}
