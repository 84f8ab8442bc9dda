import DiffusionCore
import DownstreamModels
import Foundation
import Tables
import Tensors

/// ForestFlow: flow matching with boosted trees, for small tables.
///
/// What differs from the paper (``FlowPath``) and its code, and why:
/// - The number of trees at each time is chosen by held-out rows, and all rows are learned afterwards. A hundred trees of
///   depth 7 at every time, as published, repeat training rows.
/// - There are 8 times and at most 20 copies, where the paper has 50 and 100: more came no nearer to unseen rows.
/// - Missing cells are made, at their natural rate and together as in the data (``MissingPatterns``).
/// - Labels have trees of their own only if asked for.
/// - Categories of many levels are bits; numbers keep their digits, and few-valued ones their values (``FlowColumn``).
public struct ForestFlowMethod: Synthesizer {
  static let id = "forest-flow"

  /// Makes the method.
  public init() {}

  /// The method as data.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["forestflow", "forest"], tasks: [.synthesize],
      summary: "Flow matching with boosted trees (XGBoost), for tables below about 2,000 rows.",
      rationale:
        "On small tables trees are nearer to unseen rows than networks are. Missing cells are native. It has no likelihood, "
        + "so it cannot score rows, and it does not fill given ones; conditions are met by trying again, or exactly on the "
        + "label. With more rows, or for any of these, take 'tabular-masked'.",
      citation:
        "Jolicoeur-Martineau, Fatras & Kachman, Generating and imputing tabular data via diffusion and flow-based "
        + "gradient-boosted trees, AISTATS 2024",
      options: ForestFlowOptions.all,
      examples: [
        "langevin synth penguins.csv -o synthetic.csv --method forest-flow",
        "langevin synth penguins.csv -o adelie.csv --method forest-flow --set label=species --where species=Adelie",
      ])
  }

  /// Learns a table. Throws ``FitError`` for tables and ``FlowError`` for labels that it cannot learn, and what a training throws.
  public func fit(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> FittedForestFlow {
    let clock = Stopwatch()
    var choices: [Choice] = []
    func choose(_ choice: Choice) {
      choices.append(choice)
      run.announce(choice)
    }
    guard table.rowCount >= FitError.fewestRows else { throw FitError.tooFewRows(table.rowCount) }
    let name = options.text("label")
    let coding = try FlowCoding(
      fitting: table, schema: schema, label: name == "none" ? nil : name, derives: options.flag("derive"))
    guard coding.width > 0 else { throw FitError.nothingToModel }
    coding.announce(choose)

    let random = RandomStream(seed: run.seed)
    let training = ForestTraining(
      data: coding.encode(table), width: coding.width, labels: FlowCoding.labels(of: table, coding.label),
      parts: coding.parts, split: HeldOutSplit(rows: table.rowCount, most: 1024, random: random.child(13)),
      random: random.child(14), run: run)
    let contents = { (plan: ForestPlan, report: FitReport) in
      ForestContents(
        schema: schema.counting(missingIn: table), coding: coding, path: plan.path, sampler: options.text("sampler"),
        report: report)
    }
    var (state, time) = try state(training, options: options, contents, clock, choose)
    // What went before is part of the time that was given.
    state.seconds += clock.seconds
    let result = try training.grow(&state, steps: run.steps, time: time)
    let plan = state.plan
    choose(trees(plan, result, isTimed: run.steps == nil))
    let report = try ForestReport(training: training, plan: plan, result: result).report(choices: choices)
    return FittedForestFlow(contents: contents(plan, report), forests: result.forests)
  }

  private func trees(_ plan: ForestPlan, _ result: ForestTraining.Result, isTimed: Bool) -> Choice {
    let rounds = result.rounds, isChosen = plan.timedTrees == nil || plan.hasFixedTrees
    var choice = Choice(
      "trees", "\(rounds.min() ?? 1) to \(rounds.max() ?? 1) a column and time",
      because: !isChosen
        ? "there was no time to ask held-out rows how many are right"
        : plan.hasFixedTrees && !result.isShort
          ? "so it was set"
          : result.isShort
            ? "more would not fit into the \(isTimed ? "time" : "steps")"
            : result.trial == nil ? "there are too few rows to hold any out" : "more did worse on held-out rows",
      flag: "--set trees=")
    if !isChosen { choice.repeating = plan.timedTrees.map { "trees=\($0)" } }
    return choice
  }

  /// Where the run begins: where an interrupted one stopped, or with a plan that fits into the time.
  private func state(
    _ training: ForestTraining, options: OptionValues, _ contents: (ForestPlan, FitReport) -> ForestContents,
    _ clock: Stopwatch, _ choose: (Choice) -> Void
  ) throws -> (state: ForestState, time: ForestTime?) {
    let run = training.run, rows = training.labels.count
    var settings = TrainingSettings()
    settings.seed = run.seed
    settings.steps = run.steps
    let fingerprint = try settings.fingerprint(
      of: Cells(rows: rows, codes: training.labels.map { Int32($0) }, scores: training.data), method: Self.id,
      model: ForestFlowOptions.fixed(options))
    var budget = run.steps == nil ? run.budget : nil
    // The rest is for judging and writing.
    if run.deadline != nil { budget = budget.map { 0.85 * $0 } }
    if run.steps == nil, budget == nil {
      let cells = Double(rows * training.width)
      let seconds = (min(max(30 + cells / 200, 30), 240) / 5).rounded() * 5
      budget = seconds
      choose(
        Choice(
          "budget", "\(Int(seconds)) s at most", because: "\(rows) rows of \(training.width) numbers", flag: "--budget")
      )
    }
    if let checkpoint = run.checkpoint, checkpoint.resumes, checkpoint.isThere {
      let stored = try ForestState(contentsOf: checkpoint.path, fingerprint: fingerprint)
      announce(stored.plan, rows: rows, options, isTimed: run.steps == nil, choose)
      return (stored, nil)
    }
    var plan = ForestPlan(options, rows: rows)
    var time: ForestTime?
    if let budget {
      var work = ForestWork(rows: rows, parts: training.parts, threads: run.threads)
      // A time that was not given is for the training alone.
      if run.deadline != nil { work.rowsToMake = run.rowsToMake }
      if options.text("sampler") == "heun" { work.evaluations = 2 }
      let (growth, forest) = try training.pace(plan, seconds: 0.15 * budget)
      let making = try FittedForestFlow.pace(
        contents(plan, .unknown(Self.id)), forest: forest, rows: work.rowsToMake, threads: run.threads)
      let pace = ForestPace(growth: growth, making: making)
      // A part of the time is for rounds that turn out slower, or more.
      plan.fit(into: budget * 0.9 - clock.seconds, work, options: options, pace: pace)
      time = ForestTime(deadline: budget, work: work, pace: pace)
    }
    announce(plan, rows: rows, options, isTimed: budget != nil, choose)
    return (ForestState(fingerprint: fingerprint, plan: plan, width: training.width), time)
  }

  private func announce(
    _ plan: ForestPlan, rows: Int, _ options: OptionValues, isTimed: Bool, _ choose: (Choice) -> Void
  ) {
    func choice(_ name: String, _ value: Int, _ text: String? = nil, because reason: String) -> Choice {
      guard options.isAutomatic(name) else {
        return Choice(name, text ?? "\(value)", because: "so it was set", flag: "--set \(name)=")
      }
      var choice = Choice(name, text ?? "\(value)", because: reason, flag: "--set \(name)=")
      if isTimed { choice.repeating = "\(name)=\(value)" }
      return choice
    }
    let time = isTimed ? ", and the time there is" : ""
    choose(choice("duplicates", plan.duplicates, because: "\(rows) rows" + time))
    choose(choice("times", plan.path.times, because: "so many are enough" + time))
    // Said where they differ from what the data alone ask for.
    if let learned = plan.rows {
      choose(choice("rows", learned, "\(learned) of \(rows) are learned", because: "time is short"))
    }
    for (name, value, usual) in [
      ("bins", plan.boosting.bins, ForestFlowOptions.mostBins),
      ("depth", plan.boosting.depth, ForestFlowOptions.usualDepth),
    ] where value < usual && options.isAutomatic(name) {
      choose(choice(name, value, because: "time is short"))
    }
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func load(_ archive: ModelArchive) throws -> FittedForestFlow { try FittedForestFlow(archive) }
}

extension FlowCoding {
  /// Says what was decided about columns, where a user might expect something else.
  fileprivate func announce(_ choose: (Choice) -> Void) {
    for own in derived {
      choose(
        Choice(
          "column \(cells.names[own.target])", "follows from \(cells.names[own.source])",
          because: "each value there goes with one value here", flag: "--set derive=no"))
    }
    for (column, name) in cells.names.enumerated() where kinds[column] == .texts {
      choose(
        identifiers[column] == nil
          ? Choice("column \(name)", "left empty", because: "free text cannot be synthesised", flag: "--schema")
          : Choice("column \(name)", "made anew", because: "identifiers are never copied", flag: "--schema"))
    }
  }
}

extension FitReport {
  /// Of a model that has not learned.
  fileprivate static func unknown(_ method: String) -> FitReport {
    FitReport(
      method: method, trainingRows: 0, heldOutRows: 0, parameters: 0, training: TrainingSummary(), trainingLoss: nil,
      heldOutLoss: nil, verdict: .unknown, explanation: "", choices: [])
  }
}
