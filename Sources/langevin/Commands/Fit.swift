import ArgumentParser
import DiffusionCore

/// Learns a table and writes the model.
struct Fit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns a CSV file and writes the model to sample from later.",
    discussion: """
      Examples:
        langevin fit people.csv -o people.langevin
        langevin fit people.csv -o people.langevin --budget 10m --missing '?,NA'

      The model is one safetensors file that holds all it needs. Then:
        langevin sample people.langevin -o synthetic.csv --rows 1000
      """)

  @Argument(
    help: .init("The table: .csv or .csv.gz, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The model, - for standard output.", valueName: "model.langevin"), completion: .file())
  var output: String

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func run() throws {
    let console = speaking.console
    let place = try OutputPlace(output, inputs: [data] + [reading.schema].compactMap { $0 })
    let synthesizer = try method.chosenMethod(in: BundledPlugins.registry())
    let values = try settings.values(method.flags, for: synthesizer.descriptor)

    let clock = Stopwatch()
    let table = try reading.read(data)
    console.report(table.notes)
    try Trainable.check(table, path: data)

    let seed = try options.chosenSeed(console, resuming: training.resume ? place.checkpoint : nil)
    let interruption = Interruption { console.say("finishing the step and saving; Ctrl-C again stops at once") }
    let job = TrainingJob(
      method: synthesizer, data: table, options: values, training: training, seed: seed,
      threads: options.threadCount, place: place, console: console, interruption: interruption)
    let model = try job.run()
    try ModelFile.write(model, method: synthesizer.descriptor.id, to: place)
    job.removeCheckpoint()

    let outcome = RunOutcome(
      command: "fit", output: output, method: synthesizer.descriptor.id, seed: job.seed, threads: job.threads,
      seconds: clock.seconds, report: model.report, repeatCommand: job.repeatCommand(steps: model.report.training.steps)
    )
    try outcome.tell(
      console, asJSON: speaking.json, resultIsTaken: place.isStream,
      hidesRepeat: training.steps != nil && options.seed != nil)
  }
}
