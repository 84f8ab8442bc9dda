import Errors
import Foundation
import NeuralNetworks

/// Runs a training: batches, learning rate, averages, held-out evaluation, early stop, checkpoints.
///
/// The learning rate rises, stays, and falls in a straight line over the last part of the run (Hu et al., "MiniCPM",
/// 2024, section 4: warm-up, stable, decay). Since the stable part does not know how long the run will be, a time budget
/// and an early stop just choose where the fall begins, and the same number of steps given beforehand repeats the run.
/// Where steps become slower while the rate falls, it falls faster from there (``RateFall``), so that the time is kept.
/// Where held-out loss has turned by then, the run goes back to the step with the lowest, and the fall begins there.
public struct Trainer: Sendable {
  /// The settings.
  public let settings: TrainingSettings

  /// Makes a trainer.
  public init(_ settings: TrainingSettings) { self.settings = settings }

  /// Trains the parameters of a store in place and leaves the best averaged ones in it.
  ///
  /// - Parameters:
  ///   - checkpoint: where the state is kept and taken from.
  ///   - fingerprint: names the data and the settings, so that a run does not go on with others.
  ///   - shouldContinue: called after every step; false stops the run.
  /// - Throws: `CancellationError` after a stop, with the state saved; ``CheckpointError`` for a state that does not
  ///   fit; what reading it throws. A state that cannot be saved ends nothing: see ``CheckpointPolicy/noted``.
  public func train(
    _ store: ParameterStore, objective: some TrainingObjective, checkpoint: CheckpointPolicy? = nil,
    fingerprint: String = "", shouldContinue: (TrainingProgress) -> Bool = { _ in true }
  ) throws -> TrainingSummary {
    let optimizer = Optimizer(settings.optimizer, store: store)
    var state = TrainingState(fingerprint: fingerprint, best: Array(store.values))
    if let checkpoint, checkpoint.resumes, checkpoint.isThere {
      try state.restore(from: checkpoint.path, store: store, optimizer: optimizer)
    }
    // A run whose length is given may still be shortened by held-out loss, so a stored plan comes first.
    if state.plan == nil, let steps = settings.steps {
      let fall = settings.falls?.first
      state.plan = fall?.end ?? steps
      state.decayStart = fall?.start ?? decayBegins(of: steps)
    }
    func save(_ policy: CheckpointPolicy) {
      policy.save(seed: settings.seed) { try state.archive(store: store, optimizer: optimizer) }
    }
    let clock = Stopwatch(spent: state.seconds)
    var saved = clock.seconds

    let batch = min(settings.batch, max(objective.trainingRows, 1))
    let gang = ThreadGang(threads: settings.threads)
    let pass = ShardedPass(
      store: store, rows: batch, rowsPerShard: settings.rowsPerShard, precision: settings.precision, gang: gang)
    let evaluation = ShardedPass(
      store: optimizer.average ?? store, rows: 4096, rowsPerShard: settings.rowsPerShard,
      precision: settings.precision, gang: gang, recordsGradients: false)
    let root = RandomStream(seed: settings.seed)
    var order = BatchOrder(rows: objective.trainingRows, random: root.child(1))
    // Often enough to see a turn, seldom enough to cost little.
    let interval = max(50, min(250, objective.trainingRows / batch * 4))
    var pace = StepPace(window: 0.1 * (settings.budget ?? 0))

    while state.step < state.plan ?? .max {
      let rows = order.batch(state.step, size: batch)
      let shared = root.child(2).child(UInt64(state.step))
      state.lossSum += pass.gradient(rows: rows.count, random: shared) { tape, range in
        objective.loss(
          TrainingBatch(
            rows: rows[range], offset: range.lowerBound, batchSize: rows.count,
            random: shared.child(UInt64(1 << 32 + range.lowerBound)), shared: shared), on: tape)
      }
      guard state.lossSum.isFinite else {
        throw TrainingError.notFinite(step: state.step, rate: settings.optimizer.learningRate)
      }
      optimizer.step(store, gradients: pass.gradients, rateFactor: rateFactor(state), gang: gang)
      state.step += 1
      state.lossCount += 1
      if state.step % interval == 0 || state.step == state.plan {
        optimizer.average?.refreshHalves()
        state.note(heldOut: objective.heldOutLoss(evaluation), store: store, optimizer: optimizer, turns: turns)
      }
      state.seconds = clock.seconds
      pace.note(step: state.step, seconds: state.seconds)
      let perStep = pace.secondsPerStep(step: state.step, seconds: state.seconds)
      if let begin = decayDue(state, secondsPerStep: perStep) {
        beginDecay(&state, early: begin == .pastBest, store, optimizer)
      } else if let end = earlierEnd(state, secondsPerStep: perStep) {
        state.endEarlier(at: end)
      }

      let goesOn = shouldContinue(progress(state))
      if let checkpoint, !goesOn || clock.seconds - saved > checkpoint.interval {
        save(checkpoint)
        saved = clock.seconds
      }
      if !goesOn { throw CancellationError() }
    }
    if let checkpoint, checkpoint.isWorthKeeping(after: clock.seconds - saved) { save(checkpoint) }
    state.finish(values: (optimizer.average ?? store).values, slack: settings.slack)
    _ = store.values.update(fromContentsOf: state.best)
    store.refreshHalves()
    return state.summary
  }

  private func rateFactor(_ state: TrainingState) -> Double {
    let rise = min(1, Double(state.step + 1) / Double(max(settings.warmUp, 1)))
    if let falls = state.falls { return rise * falls.rate(at: state.step) }
    guard let plan = state.plan, let start = state.decayStart else { return rise }
    return rise * (1 - max(0, Double(state.step - start)) / Double(max(plan - start, 1)))
  }

  /// Why the rate begins to fall.
  private enum DecayReason { case outOfTime, planned, pastBest }

  private func decayDue(_ state: TrainingState, secondsPerStep: Double?) -> DecayReason? {
    if settings.patience > 0, state.evaluationsSinceBest >= settings.patience, !state.isDecaying { return .pastBest }
    guard let start = state.decayStart else {
      guard state.plan == nil, let budget = settings.budget else { return nil }
      // As fast as the last steps were, the fall would end when the time does.
      let fall = Double(totalSteps(decayStart: state.step) - state.step)
      let isLate =
        secondsPerStep.map { state.seconds + $0 * fall >= budget }
        ?? (state.seconds >= budget * (1 - settings.decayShare))
      return isLate ? .outOfTime : nil
    }
    return state.step == start && !state.isDecaying ? .planned : nil
  }

  /// The step at which a run ends whose rate falls too slowly for the time; nil where it goes on as planned.
  private func earlierEnd(_ state: TrainingState, secondsPerStep: Double?) -> Int? {
    guard state.isDecaying, let plan = state.plan, state.step < plan else { return nil }
    if settings.steps != nil {
      return settings.falls?.dropFirst().first { $0.start == state.step }?.end
    }
    guard let budget = settings.budget, let secondsPerStep else { return nil }
    let wanted = plan - state.step, left = budget - state.seconds
    // Steps vary a little.
    guard Double(wanted) * secondsPerStep > left + 0.1 * budget else { return nil }
    // Never at once: a rate that breaks off leaves a worse model than one that falls over a few steps.
    let possible = max(Int(min(left / secondsPerStep, Double(wanted))), (wanted + 19) / 20, 1)
    return possible < wanted ? state.step + possible : nil
  }

  /// Begins to lower the rate, from the step with the lowest held-out loss where that has been rising since.
  private func beginDecay(_ state: inout TrainingState, early: Bool, _ store: ParameterStore, _ optimizer: Optimizer) {
    state.isDecaying = true
    let hasTurned = turns && state.hasTurned(slack: settings.slack)
    if hasTurned { state.goBack(store: store, optimizer: optimizer) }
    state.forgetTurn()
    guard early || hasTurned || state.plan == nil else { return }
    state.summary.stoppedEarly = early || hasTurned
    state.decayStart = state.step
    state.plan = totalSteps(decayStart: state.step)
  }

  /// Whether a run goes back to its best step.
  private var turns: Bool { settings.patience > 0 }

  private func progress(_ state: TrainingState) -> TrainingProgress {
    let byTime = settings.budget.map { min(1, state.seconds / $0) }
    let share = state.plan.map { Double(state.step) / Double($0) } ?? byTime ?? 0
    return TrainingProgress(
      step: state.step, plannedSteps: state.plan, share: share,
      loss: state.lossCount > 0 ? state.lossSum / Double(state.lossCount) : state.summary.curve.last?.training ?? 0,
      heldOut: state.summary.curve.last?.heldOut, elapsed: state.seconds,
      remaining: share > 0 ? state.seconds / share * (1 - share) : nil)
  }

  /// The step at which a run of a given length begins to lower its rate, and the shortest run that begins at a step.
  private func decayBegins(of steps: Int) -> Int { Int((Double(steps) * (1 - settings.decayShare)).rounded()) }
  private func totalSteps(decayStart: Int) -> Int {
    var total = max(decayStart, Int(Double(decayStart) / max(1 - settings.decayShare, 0.01)) - 2)
    while decayBegins(of: total) < decayStart { total += 1 }
    return total
  }
}

/// A training that cannot go on.
public enum TrainingError: DiagnosedError, Sendable, Equatable {
  /// The loss is no number any more.
  case notFinite(step: Int, rate: Float)

  /// The program's.
  public var category: ErrorCategory { .fault }

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .notFinite(let step, let rate):
      Diagnosis("the loss stopped being a number at step \(step)", cure: "lower the learning rate (it is \(rate))")
    }
  }
}
