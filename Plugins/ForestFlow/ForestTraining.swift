import DiffusionCore
import DownstreamModels
import Foundation
import Tensors

/// Grows the forests of all times and parts.
///
/// Held-out rows first choose the number of trees at some of the times; then all rows are learned, so that small tables
/// lose none. Every forest is grown by one thread, from random numbers of its own: results do not depend on the number of
/// threads, nor on where a run was interrupted.
struct ForestTraining: Sendable {
  /// `[rows, width]`.
  let data: [Float]
  let width: Int
  /// Each row's part, and the number of parts.
  let labels: [Int], parts: Int
  let split: HeldOutSplit
  let random: RandomStream
  let run: TrainingRun

  /// Noise of a held-out row: more says more, and few rows need it most.
  private static let judgedRows = 4000
  /// Rows that cannot be spared from so few are not held out: then every time has as many trees as this.
  private static let usualRounds = 20
  /// The share of the time after which a trial is given up.
  private static let trialShare = 0.6

  /// What the forests came to.
  struct Result: Sendable {
    /// By time and part.
    var forests: [[FittedVectorTrees]]
    /// By time, the number of trees of a column.
    var rounds: [Int]
    var trial: ForestTrial?
    /// Whether time or steps allowed fewer trees than held-out rows asked for.
    var isShort = false
    var seconds = 0.0
  }

  // MARK: Trial

  /// What became of a trial.
  private enum TrialEnd {
    case done(ForestTrial)
    /// There are too few held-out rows.
    case tooFewRows
    case outOfTime
  }

  /// Finds the number of trees, by held-out rows.
  ///
  /// - Parameter isLate: whether the time for it is over.
  private func trial(
    _ plan: ForestPlan, _ progress: ForestProgress, isLate: @Sendable () -> Bool
  ) throws -> TrialEnd {
    guard split.heldOut.count >= FitError.fewestRows else { return .tooFewRows }
    let tried = plan.tried, heldOut = rows(split.heldOut)
    let training = rows(plan.rows.map { Array(split.training.prefix($0)) } ?? split.training)
    let judged = (0..<parts).filter { !heldOut[$0].isEmpty && !training[$0].isEmpty }
    progress.begin(jobs: tried.count * judged.count)
    let results = sideBySide(tried.count * judged.count, threads: run.threads) { job in
      Swift.Result { () throws -> ForestTrial.Curve? in
        if isLate() { return nil }
        let level = tried[job / judged.count], part = judged[job % judged.count]
        defer { progress.endJob() }
        let curve = try curve(
          plan, level, training: training[part], heldOut: heldOut[part], progress, isLate: isLate)
        // Its last rounds may be missing.
        return isLate() ? nil : curve
      }
    }
    let finished = try results.map { try $0.get() }, curves = finished.compactMap(\.self)
    guard curves.count == finished.count else { return .outOfTime }
    return .done(
      ForestTrial(
        curves: tried.enumerated().map { place, level in
          ForestTrial.joined(
            level,
            judged.enumerated().map { (curves[place * judged.count + $0], Double(heldOut[$1].count)) })
        }))
  }

  private func curve(
    _ plan: ForestPlan, _ level: Int, training: [Int32], heldOut: [Int32], _ progress: ForestProgress,
    isLate: () -> Bool
  ) throws -> ForestTrial.Curve {
    try progress.check()
    let stream = random.child(UInt64(level))
    let own = plan.path.examples(
      data, rows: training, width: width, level: level, duplicates: plan.duplicates, random: stream.child(1))
    let judges = plan.path.examples(
      data, rows: heldOut, width: width, level: level,
      duplicates: min(max(Self.judgedRows / max(split.heldOut.count, 1), 2), 100), random: stream.child(2))
    var curve = ForestTrial.Curve(
      level: level, training: [own.meanSquare], heldOut: [judges.meanSquare])
    _ = try plan.boosting.fit(own, columns: width, outputs: width, heldOut: judges) { round in
      curve.training.append(round.training)
      curve.heldOut.append(round.heldOut ?? .nan)
      let isOver = !plan.hasFixedTrees && round.number - curve.best >= plan.patience
      return progress.advance(loss: round.training, heldOut: round.heldOut) && !isOver && !isLate()
    }
    try progress.check()
    return curve
  }

  /// Rows by part.
  private func rows(_ rows: [Int32]) -> [[Int32]] {
    var result = [[Int32]](repeating: [], count: parts)
    for row in rows { result[labels[Int(row)]].append(row) }
    return result
  }

  // MARK: Forests

  /// Chooses the number of trees and grows all forests.
  ///
  /// - Parameters:
  ///   - state: of a run that was interrupted, or a new one.
  ///   - steps: the most rounds over all times.
  ///   - time: what may be spent; nil where steps are given, or where the state knows its rounds.
  func grow(_ state: inout ForestState, steps: Int?, time: ForestTime?) throws -> Result {
    let clock = Stopwatch(spent: state.seconds)
    let progress = ForestProgress(run: run, parts: parts, spent: state.seconds)
    if state.rounds.isEmpty { try chooseRounds(&state, steps: steps, time: time, clock: clock, progress) }
    let plan = state.plan, rounds = state.rounds, all = rows(learned(plan.rows))
    let jobs = (0..<plan.path.times * parts).filter { state.forests[$0] == nil }
    progress.begin(rounds: rounds.reduce(0, +) * parts, done: state.roundsDone(parts: parts))
    var saved = clock.seconds
    // As many forests at a time as there are threads: then the state may be saved.
    for first in stride(from: 0, to: jobs.count, by: max(run.threads, 1)) {
      let wave = jobs[first..<min(first + max(run.threads, 1), jobs.count)]
      let grown = sideBySide(wave.count, threads: run.threads) { place in
        Swift.Result { () throws -> FittedVectorTrees in
          let job = wave[wave.startIndex + place]
          return try forest(plan, job / parts, rows: all[job % parts], rounds: rounds[job / parts], progress)
        }
      }
      for (job, result) in zip(wave, grown) {
        if case .success(let forest) = result { state.forests[job] = forest }
      }
      state.seconds = clock.seconds
      if let checkpoint = run.checkpoint, progress.isStopped || clock.seconds - saved > checkpoint.interval {
        checkpoint.save(seed: run.seed) { try state.archive() }
        saved = clock.seconds
      }
      try progress.check()
      for result in grown { _ = try result.get() }
    }
    if let checkpoint = run.checkpoint, checkpoint.isWorthKeeping(after: clock.seconds - saved) {
      checkpoint.save(seed: run.seed) { try state.archive() }
    }
    return Result(
      forests: (0..<plan.path.times).map { level in
        (0..<parts).compactMap { state.forests[level * parts + $0] }
      }, rounds: rounds, trial: state.trial, isShort: state.isShort, seconds: clock.seconds)
  }

  private func chooseRounds(
    _ state: inout ForestState, steps: Int?, time: ForestTime?, clock: Stopwatch,
    _ progress: ForestProgress
  ) throws {
    let began = clock.seconds, times = state.plan.path.times
    // What it is asked for must also be grown.
    let end = time.map { began + Self.trialShare * max($0.deadline - began, 0) } ?? .infinity
    let outcome =
      state.plan.timedTrees == nil ? try trial(state.plan, progress) { clock.seconds > end } : .outOfTime
    var wanted = Array(
      repeating: state.plan.hasFixedTrees ? state.plan.boosting.rounds : Self.usualRounds, count: times)
    var most = steps
    if let time {
      let grown = progress.rounds / parts
      most = time.rounds(
        state.plan, after: clock.seconds, perRound: grown > 0 ? (clock.seconds - began) / Double(grown) : nil)
    }
    switch outcome {
    case .done(let trial):
      state.trial = trial
      if !state.plan.hasFixedTrees { wanted = trial.rounds(times: times) }
    case .tooFewRows: break
    case .outOfTime:
      let usual = state.plan.timedTrees ?? ForestPlan.usualTrees
      let trees = state.plan.hasFixedTrees ? state.plan.boosting.rounds : min(usual, max((most ?? .max) / times, 1))
      state.plan.timedTrees = trees
      wanted = Array(repeating: trees, count: times)
    }
    state.rounds = Self.allocate(most, to: wanted)
    state.isShort = state.rounds.reduce(0, +) < wanted.reduce(0, +)
  }

  /// The rows that are learned in the end: all, or the first of a random order, with at least one of each part.
  private func learned(_ count: Int?) -> [Int32] {
    guard let count, count < labels.count else { return Array(0..<Int32(labels.count)) }
    let order = split.training + split.heldOut
    var seen: Set<Int> = []
    let first = order.filter { seen.insert(labels[Int($0)]).inserted }, taken = Set(first)
    return (first + order.lazy.filter { !taken.contains($0) }.prefix(max(count - first.count, 0))).sorted()
  }

  private func forest(
    _ plan: ForestPlan, _ level: Int, rows: [Int32], rounds: Int, _ progress: ForestProgress
  ) throws -> FittedVectorTrees {
    try progress.check()
    let examples = plan.path.examples(
      data, rows: rows, width: width, level: level, duplicates: plan.duplicates,
      random: random.child(UInt64(level)).child(UInt64(3 + labels[Int(rows[0])])))
    var boosting = plan.boosting
    boosting.rounds = rounds
    let forest = try boosting.fit(examples, columns: width, outputs: width) { round in
      progress.advance(loss: round.training, heldOut: nil)
    }
    try progress.check()
    return forest
  }

  /// Lowers the numbers of rounds in proportion, so that they sum to no more than given, with one a time at least.
  static func allocate(_ most: Int?, to wanted: [Int]) -> [Int] {
    let sum = wanted.reduce(0, +)
    guard let most, most < sum else { return wanted }
    let share = Double(most) / Double(sum)
    var result = wanted.map { max(1, Int(Double($0) * share)) }
    while result.reduce(0, +) > max(most, result.count), let largest = result.max(),
      let place = result.firstIndex(of: largest)
    {
      result[place] -= 1
    }
    // What rounding left goes to those that lost most by it, the first of equal ones.
    let order = wanted.indices.sorted { a, b in
      let (x, y) = (Double(wanted[a]) * share - Double(result[a]), Double(wanted[b]) * share - Double(result[b]))
      return x != y ? x > y : a < b
    }
    for place in order.prefix(max(0, most - result.reduce(0, +))) { result[place] += 1 }
    return result
  }
}

extension VectorBoosting.Rows {
  /// The mean square of the targets that are known: the error of predicting 0.
  fileprivate var meanSquare: Double {
    var sum = 0.0, known = 0.0
    for target in targets where !target.isNaN {
      sum += Double(target * target)
      known += 1
    }
    return sum / max(known, 1)
  }
}
