import DiffusionCore
import Foundation
import Tables

/// One training as `synth` and `fit` run it: progress, checkpoints, interruption.
struct TrainingJob {
  let method: any Synthesizer
  var data: CSVReader.Result
  let options: OptionValues
  let training: TrainingOptions
  let seed: UInt64
  let threads: Int
  let place: OutputPlace
  let console: Console
  let interruption: Interruption
  /// Since the data began to be read.
  let clock: Stopwatch

  /// Trains, and leaves the checkpoint where it is: it goes when the output stands.
  func run() throws -> any FittedSynthesizer {
    let pace = Locked(Pace())
    var run = TrainingRun()
    run.seed = seed
    run.threads = threads
    run.steps = training.steps
    run.budget = training.budget
    run.checkpoint = checkpointPolicy()
    run.announce = { [console] in console.announce($0) }
    run.shouldContinue = { [console, interruption] progress in
      let rate = pace.withValue { $0.rate(at: progress.step) }
      let event = Event.Progress(
        phase: "training", share: progress.share, done: progress.step, total: progress.plannedSteps, rate: rate,
        loss: progress.loss, heldOut: progress.heldOut, elapsed: progress.elapsed, remaining: progress.remaining)
      console.progress(event, isLast: progress.share >= 1)
      return !interruption.isRequested
    }
    defer { console.endPhase() }
    do {
      return try method.fit(data.table, schema: data.schema, options: options, run: run)
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
  func repeatCommand(_ report: FitReport) -> String {
    let settings = report.choices.compactMap(\.repeating).flatMap { ["--set", $0] }
    return CommandEcho().without(options: ["--budget", "--steps", "--seed", "--threads"], flags: ["--resume"])
      .adding(settings)
      .adding("--steps", String(report.training.steps), "--seed", String(seed), "--threads", String(threads)).line
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

/// Steps or rows a second over the last few seconds.
struct Pace: Sendable {
  private var marks: [(done: Int, time: Double)] = []

  /// Notes how much is done by now and returns the rate.
  mutating func rate(at done: Int, now: Double = ProcessInfo.processInfo.systemUptime) -> Double {
    if marks.last.map({ now - $0.time > 0.5 }) ?? true { marks.append((done, now)) }
    if marks.count > 12 { marks.removeFirst() }
    guard let first = marks.first, now > first.time else { return 0 }
    return Double(done - first.done) / (now - first.time)
  }
}
