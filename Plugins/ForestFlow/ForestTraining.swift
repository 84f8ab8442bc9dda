import DiffusionCore
import Dispatch
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

  // MARK: Pace

  /// How long a round takes on this machine, from a few of them.
  func pace(_ plan: ForestPlan) throws -> GrowthPace {
    let rows = split.training
    func time(_ duplicates: Int, _ rows: ArraySlice<Int32>) throws -> (Int, Double) {
      let examples = plan.path.examples(
        data, rows: Array(rows), width: width, level: plan.path.times / 2, duplicates: duplicates, random: random)
      var boosting = plan.boosting
      boosting.rounds = 4
      var laps: [Double] = []
      var last = DispatchTime.now().uptimeNanoseconds
      _ = try boosting.fit(examples, columns: width, outputs: width) { _ in
        let now = DispatchTime.now().uptimeNanoseconds
        laps.append(Double(now - last) * 1e-9)
        last = now
        return true
      }
      // The first lap holds the making of the bins.
      return (rows.count * duplicates, laps.dropFirst().min() ?? laps[0])
    }
    // About as many rows as there will be: below, trees have fewer leaves, and the pace is another one.
    let most = min(plan.duplicates, max(10_000 / rows.count, 1))
    return GrowthPace(
      try time(max(most / 4, 1), rows.prefix(most > 1 ? 10_000 : rows.count / 4)), try time(most, rows.prefix(10_000)))
  }

  // MARK: Trial

  /// Finds the number of trees, by held-out rows; nil where there are too few of them.
  private func trial(_ plan: ForestPlan, _ progress: ForestProgress) throws -> ForestTrial? {
    guard split.heldOut.count >= FitError.fewestRows else { return nil }
    let tried = plan.tried, heldOut = rows(split.heldOut), training = rows(split.training)
    let judged = (0..<parts).filter { !heldOut[$0].isEmpty && !training[$0].isEmpty }
    progress.begin(jobs: tried.count * judged.count)
    let results = sideBySide(tried.count * judged.count, threads: run.threads) { job in
      Swift.Result { () throws -> ForestTrial.Curve in
        let level = tried[job / judged.count], part = judged[job % judged.count]
        defer { progress.endJob() }
        return try curve(plan, level, training: training[part], heldOut: heldOut[part], progress)
      }
    }
    let curves = try results.map { try $0.get() }
    return ForestTrial(
      curves: tried.enumerated().map { place, level in
        ForestTrial.joined(
          level,
          judged.enumerated().map { (curves[place * judged.count + $0], Double(heldOut[$1].count)) })
      })
  }

  private func curve(
    _ plan: ForestPlan, _ level: Int, training: [Int32], heldOut: [Int32], _ progress: ForestProgress
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
      return progress.advance(loss: round.training, heldOut: round.heldOut) && !isOver
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
  ///   - deadline: seconds that may have been spent in all at the end.
  func grow(_ state: inout ForestState, steps: Int?, deadline: Double?) throws -> Result {
    let clock = state.clock()
    let plan = state.plan
    let progress = ForestProgress(run: run, parts: parts, spent: state.seconds)
    if state.rounds.isEmpty {
      let began = clock()
      let trial = try trial(plan, progress)
      let wanted =
        plan.hasFixedTrees
        ? Array(repeating: plan.boosting.rounds, count: plan.path.times)
        : trial?.rounds(times: plan.path.times) ?? Array(repeating: Self.usualRounds, count: plan.path.times)
      var most = steps
      if most == nil, let deadline, let trial {
        let grown = trial.curves.reduce(0) { $0 + $1.heldOut.count }
        let pace = (clock() - began) / Double(max(grown, 1))
        most = max(Int(max(deadline - clock(), 0) * 0.9 / max(pace, 1e-9)), plan.path.times)
      }
      state.rounds = Self.allocate(most, to: wanted)
      state.isShort = state.rounds.reduce(0, +) < wanted.reduce(0, +)
      state.trial = trial
    }
    let all = rows(Array(0..<Int32(labels.count))), rounds = state.rounds
    let jobs = (0..<plan.path.times * parts).filter { state.forests[$0] == nil }
    progress.begin(rounds: rounds.reduce(0, +) * parts, done: state.roundsDone(parts: parts))
    var saved = clock()
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
      state.seconds = clock()
      if let checkpoint = run.checkpoint, progress.isStopped || clock() - saved > checkpoint.interval {
        checkpoint.save(seed: run.seed) { try state.archive() }
        saved = clock()
      }
      try progress.check()
      for result in grown { _ = try result.get() }
    }
    if let checkpoint = run.checkpoint, checkpoint.isWorthKeeping(after: clock() - saved) {
      checkpoint.save(seed: run.seed) { try state.archive() }
    }
    return Result(
      forests: (0..<plan.path.times).map { level in
        (0..<parts).compactMap { state.forests[level * parts + $0] }
      }, rounds: rounds, trial: state.trial, isShort: state.isShort, seconds: clock())
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

/// Tells a run's progress from several threads, and whether it was told to stop.
///
/// Unchecked: all that changes is behind the lock.
final class ForestProgress: @unchecked Sendable {
  private let lock = NSLock()
  private let run: TrainingRun
  private let parts: Int
  private let start = DispatchTime.now().uptimeNanoseconds
  private let spent: Double
  private var step = 0
  private var total: Int?
  private var stopped = false
  private var heldOut: Double?
  /// Jobs of the trial, of which nobody knows how many rounds they have.
  private var jobs = 0, jobsDone = 0

  /// The share of a run that its trial is expected to take.
  private static let trialShare = 0.35

  init(run: TrainingRun, parts: Int, spent: Double) {
    self.run = run
    self.parts = parts
    self.spent = spent
  }

  var isStopped: Bool { lock.withLock { stopped } }

  /// Throws once the run was told to stop.
  func check() throws { if isStopped { throw CancellationError() } }

  /// A trial of so many jobs begins.
  func begin(jobs: Int) { lock.withLock { self.jobs = jobs } }

  func endJob() { lock.withLock { jobsDone += 1 } }

  /// The growing of so many rounds begins, of which some are done.
  func begin(rounds: Int, done: Int) {
    lock.withLock {
      total = rounds
      step = done
    }
  }

  /// A round is done. Returns whether to go on.
  func advance(loss: Double, heldOut: Double?) -> Bool {
    lock.withLock {
      guard !stopped else { return false }
      step += 1
      self.heldOut = heldOut ?? self.heldOut
      let elapsed = spent + Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
      let trialShare = jobs > 0 ? Self.trialShare : 0
      let share =
        total.map { trialShare + (1 - trialShare) * Double(step) / Double(max($0, 1)) }
        ?? trialShare * Double(jobsDone) / Double(max(jobs, 1))
      stopped = !run.shouldContinue(
        TrainingProgress(
          step: max(step / parts, 1), plannedSteps: total.map { $0 / parts }, share: min(share, 1), loss: loss,
          heldOut: self.heldOut, elapsed: elapsed, remaining: share > 0 ? elapsed / share * (1 - share) : nil))
      return !stopped
    }
  }
}
