import ArgumentParser
import DiffusionCore
import Foundation

/// The seed and the threads of a run.
struct RunOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .init(
      "Repeats a run: the same seed, data, steps and machine give the same bytes. Random by default, and printed.",
      valueName: "number"))
  var seed: UInt64?

  @Option(parsing: .unconditional, help: .init("Threads that work. All cores by default.", valueName: "number"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024") }
  }

  /// The number of threads, by default one a core.
  var threadCount: Int { threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The seed, by default a random one that is short enough to type, and announced.
  ///
  /// - Parameter checkpoint: the file of a run to go on from, which has a seed already; nil for a run from the start.
  func chosenSeed(_ console: Console, resuming checkpoint: String? = nil) throws -> UInt64 {
    if let seed { return seed }
    if let checkpoint, FileManager.default.fileExists(atPath: checkpoint) {
      guard let kept = try ModelArchive(contentsOf: checkpoint).metadata["seed"].flatMap({ UInt64($0) }) else {
        throw Failure(
          .usage, "the seed of the run that left \(checkpoint) is needed to go on from it",
          cure: "add --seed with the number that was printed when that run began")
      }
      return kept
    }
    let chosen = UInt64.random(in: 1..<1_000_000_000)
    console.announce(Choice("seed", String(chosen), because: "none was given", flag: "--seed"))
    return chosen
  }
}

/// How long a training may take, and whether it goes on from an earlier one.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: .init(
      "The time that the command may take, such as 90s or 5m. By default the data decide how long is trained.",
      valueName: "time"),
    transform: { try TimeSpan.seconds($0) })
  var budget: Double?

  @Option(
    parsing: .unconditional,
    help: .init(
      "The number of training steps, in the place of a time; fewer where held-out loss rises before.",
      valueName: "number"))
  var steps: Int?

  @Option(
    help: .init(
      "How the learning rate falls, as the command that repeats a run gives it where the machine became slower.",
      valueName: "falls"),
    transform: {
      guard let falls = RateFall.list($0) else {
        throw ValidationError("--decay is a list of steps such as 900:1500,1100:1200")
      }
      return falls
    })
  var decay: [RateFall]?

  @Flag(help: "Goes on from the checkpoint that an interrupted run left beside the output.")
  var resume = false

  @Option(
    help: .init("How often the checkpoint is written.", valueName: "time"), transform: { try TimeSpan.seconds($0) })
  var checkpointEvery = 15.0

  /// Whether any of them was given that says how to train.
  var isGiven: Bool { budget != nil || steps != nil || resume }

  func validate() throws {
    if budget != nil, steps != nil { throw ValidationError("give one of --budget and --steps") }
    if let steps, steps < 1 { throw ValidationError("--steps is a number of 1 or more") }
    if let decay, decay.last?.end != steps {
      throw ValidationError("--decay needs --steps \(decay.last?.end ?? 0), the step at which its last fall ends")
    }
  }
}

/// Times as they are written on the command line, read as the options of methods are.
enum TimeSpan {
  static func seconds(_ text: String) throws -> Double {
    let description = OptionDescription(
      "budget", .duration(0.001...Double.greatestFiniteMagnitude), default: .duration(1), help: "")
    guard case .duration(let seconds)? = try? description.parse(text) else {
      throw ValidationError("write a time such as 90s, 5m or 1h30m")
    }
    return seconds
  }
}
