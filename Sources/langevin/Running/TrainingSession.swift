import DiffusionCore
import Foundation

/// A training as any command runs it: progress, checkpoints, interruption.
protocol TrainingSession {
  var training: TrainingOptions { get }
  var seed: UInt64 { get }
  var threads: Int { get }
  var place: OutputPlace { get }
  /// Where the state of the training is kept; nil where the output is not a file.
  var checkpoint: CheckpointFile? { get }
  var console: Console { get }
  var interruption: Interruption { get }
  /// Since the data began to be read.
  var clock: Stopwatch { get }
  /// Rows that will be made once the model is there.
  var rowsToMake: Int { get }
  /// The share of the time that is for what comes after these rows were made.
  var reserve: Double { get }
}

extension TrainingSession {
  var rowsToMake: Int { 0 }
  var reserve: Double { 0 }

  /// When the command should be done, where the user gave it a time.
  var deadline: Deadline? { training.budget.map { Deadline(seconds: $0, spent: clock.seconds) } }

  /// When the model and its rows should be there.
  var makingDeadline: Deadline? {
    training.budget.map { Deadline(seconds: $0 * (1 - reserve), spent: clock.seconds) }
  }

  /// Trains, and leaves the checkpoint where it is: it goes when the output stands.
  func run<Model>(_ fit: (TrainingRun) throws -> Model) throws -> Model {
    let pace = Locked(Pace())
    var run = TrainingRun()
    run.seed = seed
    run.threads = threads
    run.steps = training.steps
    run.falls = training.decay
    run.deadline = makingDeadline
    // The data have been read, which is part of the time.
    run.budget = run.deadline.map { max($0.remaining, $0.seconds / 10) }
    run.rowsToMake = rowsToMake
    run.checkpoint = checkpointPolicy()
    run.announce = { [console] in console.announce($0) }
    run.shouldContinue = { [console, interruption] progress in
      // Before and after its training a method only asks whether to go on.
      guard progress.step > 0 || progress.elapsed > 0 else { return !interruption.isRequested }
      let rate = pace.withValue { $0.rate(at: progress.step) }
      let event = Event.Progress(
        phase: "training", share: progress.share, done: progress.step, total: progress.plannedSteps, rate: rate,
        loss: progress.loss, heldOut: progress.heldOut, elapsed: progress.elapsed, remaining: progress.remaining)
      console.progress(event, isLast: progress.share >= 1)
      return !interruption.isRequested
    }
    defer { console.endPhase() }
    do {
      return try fit(run)
    } catch is CancellationError {
      throw interrupted()
    }
  }

  /// Writes what was learned or made. Where that fails, the checkpoint stays, and the error says how to go on.
  ///
  /// - Parameter complete: the output that is complete before the body begins.
  func writing<Value>(after complete: OutputPlace? = nil, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch is CancellationError {
      throw interrupted(after: complete)
    } catch {
      let failure = Failure(error)
      guard failure.status == .inputOutput, !failure.message.isEmpty, let checkpoint, checkpoint.isKept else {
        throw error
      }
      throw Failure(
        .inputOutput, failure.message,
        cure: [failure.cure, "what was learned is kept in \(checkpoint.path); then go on with: \(resumeCommand)"]
          .compactMap(\.self).joined(separator: "; "))
    }
  }

  /// What is said when the run was told to stop: how to go on.
  ///
  /// - Parameter complete: the output that is complete.
  func interrupted(after complete: OutputPlace? = nil) -> Failure {
    let written = complete.map { "\($0.path) is complete, the report was not written" }
    guard let checkpoint, checkpoint.isKept else {
      let why = checkpoint?.trouble.map { ": the state of the training could not be saved (\($0))" }
      return Failure(.interrupted, "interrupted; \(written ?? "nothing was written")\(why ?? "")")
    }
    let state =
      checkpoint.trouble.map {
        "the last state of the training could not be saved (\($0)); an earlier one is in \(checkpoint.path)"
      } ?? "the state of the training is in \(checkpoint.path)"
    return Failure(
      .interrupted, "interrupted; \(written.map { "\($0); " } ?? "")\(state)", cure: "to go on: \(resumeCommand)")
  }

  private var resumeCommand: String {
    CommandEcho().without(options: ["--seed", "--threads"], flags: ["--resume"])
      .adding("--seed", String(seed), "--threads", String(threads), "--resume").line
  }

  /// The command that gives the same bytes again, on this machine.
  ///
  /// - Parameters:
  ///   - report: of the training; nil where the method takes no steps.
  ///   - later: what was chosen after the training.
  ///   - flags: that the command needs besides.
  func repeatCommand(_ report: FitReport?, later: [Choice] = [], flags: [String] = []) -> String {
    let command = CommandEcho().without(
      options: ["--budget", "--steps", "--decay", "--seed", "--threads"], flags: ["--resume"])
    let settings = ((report?.choices ?? []) + later).compactMap(\.repeating).flatMap { ["--set", $0] }
    // Methods that were loaded may take none.
    var steps = report.map { $0.training.steps > 0 ? ["--steps", String($0.training.steps)] : [] } ?? []
    if let falls = report?.training.falls { steps += ["--decay", RateFall.text(falls)] }
    return command.replacing(place.path, by: place.repeatedPath)
      .adding(flags + settings + steps + ["--seed", String(seed), "--threads", String(threads)]).line
  }

  private func checkpointPolicy() -> CheckpointPolicy? {
    if checkpoint == nil, training.resume {
      console.say("--resume has no effect: the output is not a file, so it has no checkpoint")
    }
    return checkpoint?.policy(console)
  }
}
