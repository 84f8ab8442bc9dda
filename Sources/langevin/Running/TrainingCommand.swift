import ArgumentParser
import DiffusionCore
import Tables

/// A command that learns a table: what `fit` and `synth` have in common.
protocol TrainingCommand: ParsableCommand {
  /// The command's name in its result.
  static var name: String { get }
  var data: String { get }
  var output: String { get }
  var training: TrainingOptions { get }
  var method: MethodOptions { get }
  var plugins: PluginOptions { get }
  var settings: SettingOptions { get }
  var reading: ReadingOptions { get }
  var options: RunOptions { get }
  var speaking: SpeakingOptions { get }
  /// Refuses a method that cannot do what the command line asks for.
  func check(_ method: any Synthesizer, _ registry: PluginRegistry) throws
  /// Where the result goes: a file, unless the command says that it is a table.
  func place(_ files: inout RunFiles) throws -> OutputPlace
}

extension TrainingCommand {
  func place(_ files: inout RunFiles) throws -> OutputPlace { try files.place(output, as: "-o") }

  func check(_ method: any Synthesizer, _ registry: PluginRegistry) throws {}

  /// Reads and checks all that was asked, so that nothing is found wrong after long work.
  ///
  /// - Parameters:
  ///   - files: those of the run, with what is read besides the data.
  ///   - flags: options of the method that have flags of this command's own.
  ///   - wish: what else is to be checked against the data's schema.
  func prepared<Wish>(
    files: inout RunFiles, flags: [String: String] = [:], wish: (Schema) throws -> Wish
  ) throws -> (job: TrainingJob, wish: Wish) {
    let console = speaking.console
    try files.read(data, reading)
    let place = try place(&files)
    let checkpoint = try files.checkpoint(of: place, training)
    let registry = try plugins.registry(&files)
    let synthesizer = try method.chosenMethod(in: registry)
    try check(synthesizer, registry)
    let values = try settings.values(method.flags.merging(flags) { mine, _ in mine }, for: synthesizer.descriptor)

    let clock = Stopwatch()
    let table = try reading.read(data)
    console.report(table.notes)
    console.detail("read \(Wording.count(table.table.rowCount, "row")) in \(Wording.span(clock.seconds))")
    try Trainable.check(table, path: data)
    let wish = try wish(table.schema)

    let seed = try options.chosenSeed(console, resuming: checkpoint?.resumed)
    let interruption = Interruption { console.say("finishing the step and saving; Ctrl-C again stops at once") }
    let job = TrainingJob(
      method: synthesizer, data: table, options: values, training: training, seed: seed,
      threads: options.threadCount, place: place, checkpoint: checkpoint, console: console,
      interruption: interruption, clock: clock)
    return (job, wish)
  }

  /// Says what the run came to.
  func tell(
    _ job: TrainingJob, _ model: any FittedSynthesizer, rows: Int? = nil, samplingSeconds: Double? = nil,
    later: [Choice] = []
  ) throws {
    let outcome = RunOutcome(
      command: Self.name, output: output, method: job.method.descriptor.id,
      seed: job.seed, threads: job.threads, rows: rows, seconds: job.clock.seconds, samplingSeconds: samplingSeconds,
      report: model.report, repeatCommand: job.repeatCommand(model.report, later: later))
    try outcome.tell(
      job.console, asJSON: speaking.json, resultIsTaken: job.place.isStream,
      hidesRepeat: training.steps != nil && options.seed != nil)
  }
}
