import ChainedImputation
import DiffusionCore
import DownstreamModels
import NeuralNetworks
import Tables
import Tensors

/// Trains an imputer: the network, the trees that refine it, and on rows that neither saw the weights of both.
struct MaskedImputerTraining {
  let method: String
  let network: TabularMasked
  /// The trees that refine the network; nil for none.
  let refiner: ExtraTrees?

  /// Rounds of the chain.
  static let rounds = 3
  /// The most cells of which a chain is grown with all of the trees, and again with the tenth of the rows that chose the
  /// weights: of more, that takes minutes and changes nothing.
  static let mostSmallCells = 250_000
  /// The most rows that teach a column's trees.
  static let mostRows = 20_000
  /// The least rows whose hidden cells decide on weights.
  static let fewestToJudge = 30

  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> FittedMaskedImputer {
    let cells = try CellCoding(fitting: table, schema: schema)
    guard table.rowCount >= FitError.fewestRows else {
      throw ImputationError.tooFewRows(table.rowCount, needed: FitError.fewestRows)
    }
    guard !cells.modelled.isEmpty else { throw ImputationError.nothingToLearn }
    for (name, reason) in cells.unfilled {
      run.announce(Choice("column \(name)", "left as it is", because: reason, flag: "--schema, --drop"))
    }
    let budget = Self.budget(cells: table.rowCount * cells.modelled.count)
    var learning = run, refiner = refiner
    // Where a time was given, it is for trees and weights too.
    let deadline = run.deadline == nil ? nil : run.budget.map { Deadline(seconds: $0) }
    if deadline != nil { learning.budget = run.budget.map { (refiner == nil ? 0.75 : 0.5) * $0 } }
    var (model, split) = try network.learn(
      table, schema: schema, options: options, run: learning, for: .filling, budget: budget)
    func shorten(_ name: String, _ value: String, to count: Int, setting: String) {
      let choice = Choice.shortened(
        name, value, flag: "--budget, --set \(setting)=", repeating: "\(setting)=\(count)")
      run.announce(choice)
      model.note(choice)
    }
    if let deadline, let wanted = refiner?.trees, !options.given.contains("trees") {
      let trees = try affordableTrees(deadline, model, split, table, cells: cells, run: run)
      if trees < wanted {
        shorten("trees", trees == 0 ? "none" : "\(trees) a column", to: trees, setting: "trees")
        refiner?.trees = trees
        if trees == 0 { refiner = nil }
      }
    }
    var predictor = MaskedPredictor(model: model, cells: cells)
    let random = RandomStream(seed: run.seed).child(20)
    let data = try predictor.rows(of: table, random: random.child(0))
    let pass = model.makePass(run.threads, shard: 256)
    let layout = model.objective.layout
    var refiners: [Int: CellRefiner] = [:], blends: [Int: CellBlend] = [:]
    let isSmall = table.rowCount * cells.modelled.count <= Self.mostSmallCells
    func chained(_ rows: [Int32]) throws -> FittedChain? {
      guard var trees = refiner else { return nil }
      if !isSmall { trees.trees = (trees.trees + 1) / 2 }
      trees.leaf = min(trees.leaf, 3)
      trees.keptOutput = 0
      var taught = data.matrix.rows(rows.sorted())
      var chain = try ChainedEquations(.trees(trees), rounds: Self.rounds).fit(
        &taught, random: random.child(1 << 20), gang: pass.gang,
        report: { _ in run.shouldContinue(TrainingProgress(step: 0, share: 1, loss: 0, elapsed: 0)) })
      chain.forgetMembersOfEarlierRounds()
      return chain
    }
    let chain = try chained(split.training)
    var most = options.integer("weighing-rows", automatic: split.heldOut.count)
    if let deadline, options.isAutomatic("weighing-rows") {
      let affordable = try affordableWeighing(
        deadline, predictor, data, split, table, refines: refiner != nil, chain: chain, pass: pass)
      if affordable < most {
        most = affordable < Self.fewestToJudge ? 0 : affordable
        shorten(
          "weights", most == 0 ? "none" : "by \(most) rows of \(split.heldOut.count)", to: most,
          setting: "weighing-rows")
        predictor = MaskedPredictor(model: model, cells: cells)
      }
    }
    let heldOut = split.heldOut.prefix(most).map { Int($0) }.sorted()
    for (cell, column) in cells.modelled.enumerated() where !layout.slotsOfColumn[column].isEmpty {
      var isThere = [Bool](repeating: true, count: table.rowCount)
      for row in data.matrix.missing[cell] { isThere[Int(row)] = false }
      let judges = heldOut.filter { isThere[$0] }
      let teachers = split.training.map { Int($0) }.filter { isThere[$0] }.prefix(Self.mostRows).sorted()
      if let refiner, judges.count >= Self.fewestToJudge {
        refiners[column] = try predictor.refiner(
          of: column, data, rows: teachers, learner: refiner, random: random.child(UInt64(1 + column)), pass: pass)
      }
      if judges.count >= Self.fewestToJudge {
        blends[column] = try blend(
          column, predictor, data, rows: judges, refiner: refiners[column], chain: chain, pass: pass)
      }
      guard run.shouldContinue(TrainingProgress(step: 0, share: 1, loss: 0, elapsed: 0)) else {
        throw CancellationError()
      }
    }
    // Weights are chosen: now the chain may learn the rows that they were chosen on, where they are missed.
    return FittedMaskedImputer(
      method: method, predictor: predictor, refiners: refiners, blends: blends,
      chain: isSmall ? try chained(split.training + split.heldOut) : chain)
  }

  /// How many trees of each column can be grown in the time that is left, measured on a few of one column.
  private func affordableTrees(
    _ deadline: Deadline, _ model: FittedTabularMasked, _ split: HeldOutSplit, _ table: Table, cells: CellCoding,
    run: TrainingRun
  ) throws -> Int {
    guard deadline.remaining > 0, var few = refiner,
      let column = cells.modelled.first(where: { !model.objective.layout.slotsOfColumn[$0].isEmpty })
    else { return 0 }
    let most = few.trees
    let predictor = MaskedPredictor(model: model, cells: cells)
    let random = RandomStream(seed: run.seed).child(20)
    let data = try predictor.rows(of: table, random: random.child(0))
    let pass = model.makePass(run.threads, shard: 256)
    let teachers = split.training.map { Int($0) }.filter { !table.columns[column].isMissing($0) }
      .prefix(Self.mostRows).sorted()
    func seconds(_ trees: Int) throws -> Double {
      few.trees = trees
      let start = deadline.remaining
      _ = try predictor.refiner(of: column, data, rows: teachers, learner: few, random: random.child(1), pass: pass)
      return start - deadline.remaining
    }
    // The look at the network's guesses takes its time whatever the number of trees.
    let fixed = try seconds(1), tree = max(try seconds(5) - fixed, 1e-6) / 4
    // Each column has trees that refine it and, in every round, trees of the chain, which learn from all rows; a small
    // table's chain is grown twice.
    let isSmall = table.rowCount * cells.modelled.count <= Self.mostSmallCells
    let chain =
      Double(Self.rounds) * Double(split.training.count) / Double(max(teachers.count, 1)) * (isSmall ? 2 : 0.5)
    let each = tree * Double(cells.modelled.count) * (1 + chain)
    // Weights take another look at every column. So few trees only add noise.
    let time = 0.7 * deadline.remaining - 2 * fixed * Double(cells.modelled.count)
    let possible = Int(min(max(time, 0) / max(each, 1e-9), Double(most)))
    return possible < 3 ? 0 : possible
  }

  /// How many held-out rows can weigh all columns in the time that is left, measured on a few rows of one column.
  private func affordableWeighing(
    _ deadline: Deadline, _ predictor: MaskedPredictor, _ data: MaskedPredictor.Rows, _ split: HeldOutSplit,
    _ table: Table, refines: Bool, chain: FittedChain?, pass: ShardedPass
  ) throws -> Int {
    let layout = predictor.model.objective.layout
    let columns = predictor.cells.modelled.filter { !layout.slotsOfColumn[$0].isEmpty }
    guard let column = columns.first else { return split.heldOut.count }
    let few = split.heldOut.map { Int($0) }.filter { !table.columns[column].isMissing($0) }.prefix(64).sorted()
    guard few.count >= Self.fewestToJudge else { return split.heldOut.count }
    let start = deadline.remaining
    _ = try blend(column, predictor, data, rows: few, refiner: nil, chain: chain, pass: pass)
    let row = (start - deadline.remaining) / Double(few.count)
    // Trees that refine are grown in the same loop.
    let time = (refines ? 0.4 : 0.8) * deadline.remaining
    return Int(clamping: time / max(row * Double(columns.count), 1e-9))
  }

  /// Weights and misses of a column, on rows that were not learned from.
  private func blend(
    _ column: Int, _ predictor: MaskedPredictor, _ data: MaskedPredictor.Rows, rows: [Int], refiner: CellRefiner?,
    chain: FittedChain?, pass: ShardedPass
  ) throws -> CellBlend {
    let view = try predictor.hiddenView(of: column, data, rows: rows, pass: pass)
    let cell = predictor.cells.modelled.firstIndex(of: column)!
    var others = refiner.map { [predictor.refined($0, view, gang: pass.gang)] } ?? []
    if let chain {
      var hidden = data.matrix.rows(rows.map { Int32($0) }, hiding: cell)
      try chain.fill(&hidden, gang: pass.gang)
      others +=
        predictor.chained(chain, column: cell, hidden, rows: Array(rows.indices), gang: pass.gang).map { [$0] } ?? []
    }
    switch CellCandidates(view.own, others) {
    case .classes(let shares, let count):
      let source = data.matrix.cells[cell], start = source.startIndex
      return .classes(truths: rows.map { Int(source[start + $0]) }, candidates: shares, count: count)
    case .numbers(let medians, let means, let quantiles):
      let width = predictor.cells.names.count
      return .numbers(
        NumberBlend(
          truths: rows.map { data.start.numbers[$0 * width + column] }, medians: medians, means: means,
          quantiles: quantiles))
    }
  }

  /// Seconds for the network, where the user fixed none: one for every 1,000 cells, ten to 120.
  static func budget(cells: Int) -> Double { (min(max(Double(cells) / 1000, 10), 120) / 5).rounded(.up) * 5 }
}
