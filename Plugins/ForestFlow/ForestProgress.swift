import DiffusionCore
import Foundation

/// Tells a run's progress from several threads, and whether it was told to stop.
///
/// Unchecked: all that changes is behind the lock.
final class ForestProgress: @unchecked Sendable {
  private let lock = NSLock()
  private let run: TrainingRun
  private let parts: Int
  private let clock: Stopwatch
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
    clock = Stopwatch(spent: spent)
  }

  var isStopped: Bool { lock.withLock { stopped } }

  /// The rounds that are done, over all parts.
  var rounds: Int { lock.withLock { step } }

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
      let elapsed = clock.seconds
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
