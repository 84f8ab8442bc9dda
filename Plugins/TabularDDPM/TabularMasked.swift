import DiffusionCore
import Foundation
import NeuralNetworks
import Tables

/// Masked diffusion over codes and scores: the default method for tables.
///
/// Every column becomes one or two slots (``TableCoding``). Noise masks slots, and a network predicts each masked slot
/// from the visible ones (``MaskedObjective``); sampling unmasks one after another (``MaskedSampler``). Because any set of
/// slots may be visible, making rows, conditioning, and filling empty cells are one and the same.
public struct TabularMasked: CompletingSynthesizer, ScoringSynthesizer {
  static let id = "tabular-masked"

  let menu: DenoiserMenu

  /// Makes the method with the networks that it offers, at least one.
  public init(denoisers: [Registration<any TrainableDenoiser>] = StandardDenoisers.all) {
    menu = MaskedOptions.menu(denoisers)
  }

  /// The method with more networks.
  public func offering(denoisers: [Registration<any TrainableDenoiser>]) -> TabularMasked {
    TabularMasked(denoisers: menu.registrations(adding: denoisers))
  }

  /// What the method is, and its options.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["masked"], tasks: [.synthesize, .impute],
      summary: "Masked diffusion over quantile codes and densities.",
      rationale:
        "Exact conditioning on any cells, a true likelihood bound, missing values as they are, and minutes on a CPU.",
      citation: "Austin et al., D3PM, NeurIPS 2021; Hoogeboom et al., Autoregressive diffusion models, ICLR 2022; "
        + "Sahoo et al., MDLM, NeurIPS 2024",
      options: menu.options,
      examples: [
        "langevin synth customers.csv -o synthetic.csv",
        "langevin synth customers.csv -o rich.csv --where 'income=>50K' --where 'age=30..40' --rows 500",
      ])
  }

  /// Learns a table. Throws ``FitError`` for tables that it cannot learn, and what a training throws.
  public func fit(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> FittedTabularMasked {
    try learn(table, schema: schema, options: options, run: run).model
  }

  /// Which rows of a table a training learns from and which it only judges by.
  ///
  ///     let heldOut = TabularMasked.split(rows: table.rowCount, seed: 1).heldOut
  ///
  /// - Parameter seed: that of the run.
  public static func split(rows: Int, seed: UInt64) -> HeldOutSplit {
    HeldOutSplit(rows: rows, most: 4096, random: RandomStream(seed: seed).child(13))
  }

  /// What a table is learned for.
  enum Purpose {
    /// To make rows: a missing cell is a value like others.
    case making
    /// To fill gaps: a missing cell is not known, neither learned nor scored, and training sees rows that are mostly there.
    case filling
  }

  /// The share of the time that judging the finished model may take.
  private static let judgedTime = 0.12

  /// The share of a row that is visible at least when gaps are what is learned for.
  static let leastVisible = 0.4

  /// Learns, and says which rows judged the training.
  func learn(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun, for purpose: Purpose = .making,
    budget: Double? = nil
  ) throws -> (model: FittedTabularMasked, rows: HeldOutSplit) {
    let clock = Stopwatch()
    let isFilling = purpose == .filling
    var choices: [Choice] = []
    func choose(_ choice: Choice) {
      choices.append(choice)
      run.announce(choice)
    }
    let random = RandomStream(seed: run.seed)
    var encoder = TableEncoder(options)
    if isFilling {
      encoder.settings.modelsMissing = false
      encoder.settings.derives = false
    }
    if run.deadline != nil, let time = run.budget {
      encoder.hurry(table, schema: schema, options, seconds: 0.25 * time, random: random.child(10), choose)
    }
    let coding = encoder.fitted(to: table, schema: schema, random: random.child(10))
    let layout = coding.layout
    guard !layout.slots.isEmpty else { throw FitError.nothingToModel }
    guard table.rowCount >= FitError.fewestRows else { throw FitError.tooFewRows(table.rowCount) }
    let data = try coding.encode(table, missingIsUnknown: isFilling, random: random.child(11))
    if !isFilling { for column in coding.columns { column.announce(in: coding, choose) } }

    let rows = Self.split(rows: table.rowCount, seed: run.seed)
    let training = rows.training.repeated(run.repeats), heldOut = rows.heldOut.repeated(run.repeats)
    var run = run
    let isTimed = run.budget != nil
    if run.steps == nil, !isTimed { run.budget = budget }
    var plan = try MaskedOptions.plan(options, menu: menu, rows: rows.training.count, layout: layout, run: run, choose)
    func make(_ network: ComponentChoice) throws -> (store: ParameterStore, task: MaskedTask) {
      MaskedTask.make(
        coding, denoiser: try menu.make(network), data: data, training: training, heldOut: heldOut,
        leastVisible: isFilling ? Self.leastVisible : 0, random: random.child(12))
    }
    let isFree = options.isAutomatic("width") && options.isAutomatic("dropout") && plan.network.id == "residual-mlp"
    let pilot = MaskedPilot(
      rows: rows.training.count, slots: layout.slots.count, width: plan.width ?? 128, fixedSteps: run.steps)
    let before = choices.count
    let dependsOnTime = isFree && pilot != nil || plan.timedSteps != nil
    if dependsOnTime, let kept: NetworkDecision = run.checkpoint?.kept(as: NetworkDecision.key) {
      plan.network = kept.network
      choices += kept.choices
      kept.choices.first.map(run.announce)
    } else if isFree, let pilot, rows.heldOut.count >= 20 {
      // Where no time was given trials are as long as the data say, on any machine.
      let time = run.deadline == nil ? nil : plan.training.budget
      let result = try pilot.choose(
        plan, seconds: time.map { max($0 - clock.seconds, $0 / 4) * pilot.timeShare },
        shouldContinue: run.shouldContinue, make: make)
      plan.network = result.network
      let reason =
        switch result.tried {
        case pilot.candidates.count: "it did best on held-out rows in short trials"
        case 0, 1: "there was no time for trials of others"
        default: "it did best on held-out rows in the \(result.tried) short trials that there was time for"
        }
      var choice = Choice("network", plan.network.text, because: reason, flag: "--set width=, --set dropout=")
      choice.repeating = plan.width.map { "width=\($0)" }
      choose(choice)
      if case .number(let share)? = plan.network.options["dropout"] {
        // Part of the network that was announced.
        var dropout = Choice("dropout", "\(share)", because: reason, flag: "--set dropout=")
        dropout.repeating = "dropout=\(share)"
        choices.append(dropout)
      }
    } else {
      let steps = plan.timedSteps.map { ", and time for some \($0 / 100 * 100) steps" } ?? ""
      var choice = Choice(
        "network", plan.network.text, because: "\(rows.training.count) rows to train on\(steps)",
        flag: "--set width=, --set dropout=")
      if plan.timedSteps != nil { choice.repeating = plan.width.map { "width=\($0)" } }
      choose(choice)
    }
    try run.checkpoint?.keep(
      NetworkDecision(network: plan.network, choices: Array(choices[before...])), as: NetworkDecision.key)
    var (store, task) = try make(plan.network)
    task.judging = options.integer("judging", automatic: MaskedTask.usualJudging)
    var judgingClock = Stopwatch()
    var start = task.costsAtStart(store, plan.training)
    // The time that a table gets without one is the training's own: trials come on top.
    if isTimed, let budget = plan.training.budget {
      // What went before is part of the time that was given, and so is what comes after, but never all of it.
      var after = 0.0
      if run.deadline != nil {
        var judging = judgingClock.seconds
        if judging < 0.1 {
          // The first call also made what others use.
          judgingClock = Stopwatch()
          _ = task.costsAtStart(store, plan.training)
          judging = judgingClock.seconds
        }
        let share = Self.judgedTime * budget / (task.judgingFactor * judging)
        if share < 1, options.isAutomatic("judging") {
          task.judging = max(1024, Int(share * Double(MaskedTask.usualJudging)))
          // It changes no row that is made, so nobody needs to hear it.
          choices.append(
            .shortened(
              "judging", "by \(task.judging) masked rows instead of \(MaskedTask.usualJudging)",
              flag: "--budget, --set judging=", repeating: "judging=\(task.judging)"))
          // Of the rows that judge at the end.
          judgingClock = Stopwatch()
          start = task.costsAtStart(store, plan.training)
          judging = judgingClock.seconds
        }
        let making = try task.objective.secondsToMake(
          run.rowsToMake, evaluations: options.integer("evaluations", automatic: FittedTabularMasked.evaluations),
          store: store, precision: plan.training.precision, threads: run.threads)
        after = 1.2 * (task.judgingFactor * judging + making)
      }
      let left = budget - clock.seconds
      plan.training.budget = max(left - after, left * 0.4, budget / 10)
    }
    let summary = try Trainer(plan.training).train(
      store, objective: task, checkpoint: run.checkpoint,
      fingerprint: plan.training.fingerprint(
        of: data, repeats: run.repeats, method: Self.id, model: plan.network),
      shouldContinue: run.shouldContinue)

    var report = task.report(
      store, summary: summary, start: start, settings: plan.training, choices: choices)
    (report.trainingRows, report.heldOutRows) = (rows.training.count, rows.heldOut.count)
    let model = FittedTabularMasked(
      contents: ModelContents(
        schema: schema.counting(missingIn: table), coding: coding, settings: plan.network,
        precision: plan.training.precision, report: report),
      store: store, objective: task.objective)
    return (model, rows)
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func load(_ archive: ModelArchive) throws -> FittedTabularMasked {
    try FittedTabularMasked(archive, menu: menu)
  }
}

extension [Int32] {
  /// Each row as often as it is to be seen.
  fileprivate func repeated(_ repeats: [Int]?) -> [Int32] {
    guard let repeats else { return self }
    return flatMap { Array(repeating: $0, count: repeats[Int($0)]) }
  }
}

extension ColumnCoding {
  /// Says what was decided about a column, where a user might expect something else.
  func announce(in coding: TableCoding, _ choose: (Choice) -> Void) {
    switch content {
    case .derived(let derived):
      choose(
        Choice(
          "column \(name)", "follows from \(coding.columns[derived.source].name)",
          because: "each value there goes with one value here", flag: "--set derive=no"))
    case .text:
      choose(
        Choice("column \(name)", "left empty", because: "free text cannot be synthesised", flag: "--schema"))
    case .identifier:
      choose(Choice("column \(name)", "made anew", because: "identifiers are never copied", flag: "--schema"))
    case .continuous(let c):
      func names(_ relations: [ColumnRelation]) -> String {
        relations.map { $0.text { coding.columns[$0].name } }.joined(separator: ", ")
      }
      if !c.relations.isEmpty {
        choose(
          Choice(
            "column \(name)", "may equal \(names(c.relations))", because: "it does to the last digit in many rows",
            flag: "--set relations=no"))
      }
      if !c.anchors.isEmpty {
        choose(
          Choice(
            "density of \(name)", "placed beside \(names(c.anchors))", because: "its distance from it has a shape",
            flag: "--set anchors=no"))
      }
    default: break
    }
  }
}

extension ColumnRelation {
  /// The relation as a person writes it.
  func text(_ name: (Int) -> String) -> String {
    switch form {
    case .equal: name(parents[0])
    case .sum: "\(name(parents[0])) + \(name(parents[1]))"
    case .difference: "\(name(parents[0])) − \(name(parents[1]))"
    case .ratio: "\(factor) × \(name(parents[0]))"
    }
  }
}

/// Which network a training takes, and what was said of it: time and trials have a part in that.
private struct NetworkDecision: Codable {
  static let key = "network"
  var network: ComponentChoice
  var choices: [Choice]
}
