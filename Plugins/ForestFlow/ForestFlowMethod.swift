import DiffusionCore
import Dispatch
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
  ) throws -> any FittedSynthesizer {
    let started = DispatchTime.now().uptimeNanoseconds
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
    var state = try state(training, options: options, choose)
    // What went before is part of the time that was given.
    let spent = Double(DispatchTime.now().uptimeNanoseconds - started) * 1e-9
    state.state.seconds += spent
    let result = try training.grow(&state.state, steps: run.steps, deadline: state.budget)
    let plan = state.state.plan
    let rounds = result.rounds
    choose(
      Choice(
        "trees", "\(rounds.min() ?? 1) to \(rounds.max() ?? 1) a column and time",
        because: plan.hasFixedTrees && !result.isShort
          ? "so it was set"
          : result.isShort
            ? "more would not fit into the \(run.steps == nil ? "time" : "steps")"
            : result.trial == nil ? "there are too few rows to hold any out" : "more did worse on held-out rows",
        flag: "--set trees="))
    let report = try ForestReport(training: training, plan: plan, result: result).report(choices: choices)
    return FittedForestFlow(
      contents: ForestContents(
        schema: schema, coding: coding, path: plan.path, sampler: options.text("sampler"), report: report),
      forests: result.forests)
  }

  /// Where the run begins: where an interrupted one stopped, or with a plan that fits into the time.
  private func state(
    _ training: ForestTraining, options: OptionValues, _ choose: (Choice) -> Void
  ) throws -> (state: ForestState, budget: Double?) {
    let run = training.run, rows = training.labels.count
    var settings = TrainingSettings()
    settings.seed = run.seed
    settings.steps = run.steps
    let fingerprint = try settings.fingerprint(
      of: Cells(rows: rows, codes: training.labels.map { Int32($0) }, scores: training.data), method: Self.id,
      model: ForestFlowOptions.fixed(options))
    var budget = run.steps == nil ? run.budget : nil
    // The rest is for judging, and for making rows, which takes a fraction of the time that growing takes.
    if run.deadline != nil { budget = budget.map { 0.7 * $0 } }
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
      return (stored, budget)
    }
    var plan = ForestPlan(options, rows: rows)
    if let budget {
      // A part of the time is for rounds that turn out slower, or more.
      plan.fit(
        into: budget * 0.8, rows: rows, options: options, pace: try training.pace(plan), threads: run.threads)
    }
    announce(plan, rows: rows, options, isTimed: budget != nil, choose)
    return (ForestState(fingerprint: fingerprint, plan: plan, width: training.width), budget)
  }

  private func announce(
    _ plan: ForestPlan, rows: Int, _ options: OptionValues, isTimed: Bool, _ choose: (Choice) -> Void
  ) {
    func choice(_ name: String, _ value: Int, because reason: String) -> Choice {
      guard options.isAutomatic(name) else {
        return Choice(name, "\(value)", because: "so it was set", flag: "--set \(name)=")
      }
      var choice = Choice(
        name, "\(value)", because: reason + (isTimed ? ", and the time there is" : ""), flag: "--set \(name)=")
      if isTimed { choice.repeating = "\(name)=\(value)" }
      return choice
    }
    choose(choice("duplicates", plan.duplicates, because: "\(rows) rows"))
    choose(choice("times", plan.path.times, because: "so many are enough"))
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func load(_ archive: ModelArchive) throws -> any FittedSynthesizer { try FittedForestFlow(archive) }
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
