import DiffusionCore
import Foundation

/// A training as any command runs it: progress, checkpoints, interruption.
protocol TrainingSession {
  var training: TrainingOptions { get }
  var seed: UInt64 { get }
  var threads: Int { get }
  var place: OutputPlace { get }
  var console: Console { get }
  var interruption: Interruption { get }
  /// Since the data began to be read.
  var clock: Stopwatch { get }
}

extension TrainingSession {
  /// Trains, and leaves the checkpoint where it is: it goes when the output stands.
  func run<Model>(_ fit: (TrainingRun) throws -> Model) throws -> Model {
    let pace = Locked(Pace())
    var run = TrainingRun()
    run.seed = seed
    run.threads = threads
    run.steps = training.steps
    run.budget = training.budget
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

  /// Removes the checkpoint of a run that came to its end, with what a killed run left of one half written.
  func removeCheckpoint() {
    guard let path = place.checkpoint else { return }
    unlink(path)
    let file = URL(fileURLWithPath: path)
    let folder = file.deletingLastPathComponent().path
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(file.lastPathComponent + ".") && name.hasSuffix(".partial") {
      unlink(folder + "/" + name)
    }
  }

  /// What is said when the run was told to stop: how to go on.
  func interrupted() -> Failure {
    guard let path = place.checkpoint, FileManager.default.fileExists(atPath: path) else {
      return Failure(.interrupted, "interrupted; nothing was written")
    }
    let command = CommandEcho().without(options: ["--seed", "--threads"], flags: ["--resume"])
      .adding("--seed", String(seed), "--threads", String(threads), "--resume")
    return Failure(
      .interrupted, "interrupted; the state of the training is in \(path)", cure: "to go on: \(command.line)")
  }

  /// The command that gives the same bytes again, on this machine.
  ///
  /// - Parameter report: of the training; nil where the method takes no steps.
  func repeatCommand(_ report: FitReport?) -> String {
    let command = CommandEcho().without(
      options: ["--budget", "--steps", "--seed", "--threads"], flags: ["--resume"])
    let settings = report?.choices.compactMap(\.repeating).flatMap { ["--set", $0] } ?? []
    // Methods that were loaded may take none.
    let steps = report.map { $0.training.steps > 0 ? ["--steps", String($0.training.steps)] : [] } ?? []
    return command.replacing(place.path, by: place.repeatedPath)
      .adding(settings + steps + ["--seed", String(seed), "--threads", String(threads)]).line
  }

  private func checkpointPolicy() -> CheckpointPolicy? {
    guard let path = place.checkpoint else {
      if training.resume {
        console.say("--resume has no effect: the output is no file, so there is no checkpoint beside it")
      }
      return nil
    }
    let exists = FileManager.default.fileExists(atPath: path)
    if training.resume {
      console.say(exists ? "going on from \(path)" : "there is no checkpoint \(path): training starts anew")
    } else if exists {
      console.say(
        "\(path) is of an earlier run and will be replaced; --resume would go on from it, given the same data and options"
      )
    }
    return CheckpointPolicy(path: path, resumes: training.resume, interval: training.checkpointEvery)
  }
}
