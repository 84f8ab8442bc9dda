import Dispatch
import Foundation
import NeuralNetworks

/// What a model is trained on: a loss over rows, and the same on rows that training does not see.
public protocol TrainingObjective: Sendable {
  /// The number of rows to train on.
  var trainingRows: Int { get }
  /// The loss of some rows on a tape, `[1, 1]`, weighted so that a batch sums to its mean.
  ///
  /// It is called from several threads; all its randomness comes from `random`.
  func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable
  /// The mean loss of the held-out rows under the parameters of a pass; `nil` where there are none.
  func heldOutLoss(_ pass: ShardedPass) -> Double?
}

/// Part of a batch: the rows that one tape works on.
public struct TrainingBatch: Sendable {
  /// Indices of training rows.
  public let rows: ArraySlice<Int32>
  /// Where the part begins within the batch, and how large the whole batch is.
  public let offset: Int, batchSize: Int
  /// Randomness of the part's own.
  public let random: RandomStream
  /// Randomness that the whole batch shares, such as the offset of evenly spread noise levels.
  public let shared: RandomStream
}

/// How long and how a model is trained.
public struct TrainingSettings: Sendable, Codable, Equatable {
  /// Rows a step.
  public var batch = 1024
  /// The number of steps, where it is fixed.
  public var steps: Int?
  /// The time that may be spent, in seconds, where steps are not fixed.
  public var budget: Double?
  /// The rule, its rate and its regularisation.
  public var optimizer = OptimizerSettings()
  /// Steps over which the rate rises.
  public var warmUp = 200
  /// The share of the run, at its end, over which the rate falls to zero.
  public var decayShare = 0.4
  /// Held-out evaluations without a better one after which the rate begins to fall early; 0 never.
  public var patience = 5
  /// The seed of everything.
  public var seed: UInt64 = 0
  /// Threads that work.
  public var threads = 1
  /// The format of products.
  public var precision = Precision.fastest

  /// The defaults.
  public init() {}
}

/// How a run stands, for a progress line or a log.
public struct TrainingProgress: Sendable, Codable {
  /// Steps taken.
  public var step: Int
  /// Steps that the run will take, once that is known.
  public var plannedSteps: Int?
  /// The share of the run that is done, 0 ... 1.
  public var share: Double
  /// The mean training loss since the last report.
  public var loss: Double
  /// The last held-out loss.
  public var heldOut: Double?
  /// Seconds spent, earlier runs of a resumed training included.
  public var elapsed: Double
  /// Seconds that are left, by the rate so far.
  public var remaining: Double?
}

/// What a run came to.
public struct TrainingSummary: Sendable, Codable, Equatable {
  /// One held-out evaluation.
  public struct Point: Sendable, Codable, Equatable {
    /// The step.
    public var step: Int
    /// The mean training loss since the last point.
    public var training: Double
    /// The held-out loss of the averaged parameters.
    public var heldOut: Double?
  }
  /// Steps taken in all.
  public var steps = 0
  /// The step whose parameters were kept.
  public var bestStep = 0
  /// The evaluations in order: the learning curve.
  public var curve: [Point] = []
  /// Seconds spent.
  public var seconds = 0.0
  /// Whether the rate began to fall because held-out loss no longer did.
  public var stoppedEarly = false
}

/// Runs a training: batches, learning rate, averages, held-out evaluation and early stop.
///
/// The learning rate rises, stays, and falls in a straight line over the last part of the run (Hu et al., "MiniCPM",
/// 2024, section 4: warm-up, stable, decay). Since the stable part does not know how long the run will be, a time budget
/// and an early stop just choose where the fall begins, and the same number of steps given beforehand repeats the run.
public struct Trainer: Sendable {
  /// The settings.
  public let settings: TrainingSettings

  /// Makes a trainer.
  public init(_ settings: TrainingSettings) { self.settings = settings }

  /// Trains the parameters of a store in place and leaves the best averaged ones in it.
  ///
  /// - Parameter report: called after every step; throws to stop the run.
  public func train(
    _ store: ParameterStore, objective: some TrainingObjective,
    report: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingSummary {
    let started = DispatchTime.now().uptimeNanoseconds
    func elapsed() -> Double { Double(DispatchTime.now().uptimeNanoseconds - started) * 1e-9 }
    let optimizer = Optimizer(settings.optimizer, store: store)
    let batch = min(settings.batch, max(objective.trainingRows, 1))
    let pass = ShardedPass(store: store, rows: batch, precision: settings.precision, threads: settings.threads)
    let evaluation = ShardedPass(
      store: optimizer.average ?? store, rows: 4096, precision: settings.precision, threads: settings.threads,
      recordsGradients: false)
    let root = RandomStream(seed: settings.seed)
    var order = BatchOrder(rows: objective.trainingRows, random: root.child(1))
    var summary = TrainingSummary()
    var best = (loss: Double.infinity, values: Array(store.values)), sinceBest = 0
    var plan = settings.steps, decayStart = settings.steps.map { decayBegins(of: $0) }
    var lossSum = 0.0, lossCount = 0, heldOut: Double?
    // Twenty evaluations in a run that is expected to take a few thousand steps.
    let interval = max(50, min(250, objective.trainingRows / batch * 4))

    func evaluate(_ step: Int) {
      optimizer.average?.refreshHalves()
      heldOut = objective.heldOutLoss(evaluation)
      summary.curve.append(
        .init(step: step, training: lossSum / Double(max(lossCount, 1)), heldOut: heldOut))
      lossSum = 0
      lossCount = 0
      if let heldOut, heldOut < best.loss {
        best = (heldOut, Array((optimizer.average ?? store).values))
        summary.bestStep = step
        sinceBest = 0
      } else {
        sinceBest += 1
      }
    }

    var step = 0
    while step < plan ?? .max {
      let rows = order.batch(step, size: batch)
      let shared = root.child(2).child(UInt64(step))
      let loss = pass.gradient(rows: rows.count, random: shared) { tape, range in
        objective.loss(
          TrainingBatch(
            rows: rows[range], offset: range.lowerBound, batchSize: rows.count,
            random: shared.child(UInt64(1 << 32 + range.lowerBound)), shared: shared), on: tape)
      }
      let rise = min(1, Double(step + 1) / Double(max(settings.warmUp, 1)))
      let fall = plan.map { 1 - max(0, Double(step - decayStart!)) / Double(max($0 - decayStart!, 1)) } ?? 1
      optimizer.step(store, gradients: pass.gradients, rateFactor: rise * fall, threads: settings.threads)
      step += 1
      lossSum += loss
      lossCount += 1
      if step % interval == 0 || step == plan { evaluate(step) }

      let time = elapsed()
      if step < decayStart ?? .max {
        let outOfTime = settings.budget.map { time >= $0 * (1 - settings.decayShare) } ?? false
        let pastBest = settings.patience > 0 && sinceBest >= settings.patience && heldOut != nil
        if plan == nil && outOfTime || pastBest {
          summary.stoppedEarly = pastBest
          decayStart = step
          plan = totalSteps(decayStart: step)
        }
      }
      let share = plan.map { Double(step) / Double($0) } ?? min(1, time / (settings.budget ?? .infinity))
      try report(
        TrainingProgress(
          step: step, plannedSteps: plan, share: share, loss: lossSum / Double(max(lossCount, 1)), heldOut: heldOut,
          elapsed: time, remaining: share > 0 ? time / share * (1 - share) : nil))
    }
    if best.loss == .infinity {
      best.values = Array((optimizer.average ?? store).values)
      summary.bestStep = step
    }
    _ = store.values.update(fromContentsOf: best.values)
    store.refreshHalves()
    summary.steps = step
    summary.seconds = elapsed()
    return summary
  }

  /// The step at which a run of a given length begins to lower its rate, and the other way round; mutual inverses.
  private func decayBegins(of steps: Int) -> Int { Int((Double(steps) * (1 - settings.decayShare)).rounded()) }
  private func totalSteps(decayStart: Int) -> Int {
    var total = max(decayStart, Int((Double(decayStart) / (1 - settings.decayShare)).rounded()))
    while decayBegins(of: total) < decayStart { total += 1 }
    while total > decayStart, decayBegins(of: total - 1) >= decayStart { total -= 1 }
    return total
  }
}

/// Which rows each step trains on: one random order after another, cut into batches, as a function of the step.
struct BatchOrder: Sendable {
  let rows: Int
  let random: RandomStream
  private var epoch = -1
  private var order: [Int32] = []

  init(rows: Int, random: RandomStream) {
    self.rows = rows
    self.random = random
  }

  mutating func batch(_ step: Int, size: Int) -> [Int32] {
    var batch: [Int32] = []
    batch.reserveCapacity(size)
    var position = step * size
    while batch.count < size {
      if position / rows != epoch {
        epoch = position / rows
        var stream = random.child(UInt64(epoch))
        order = stream.permutation(rows).map { Int32($0) }
      }
      let start = position % rows, end = min(rows, start + size - batch.count)
      batch += order[start..<end]
      position += end - start
    }
    return batch
  }
}
