import ArgumentParser
import DiffusionCore

/// Makes rows with a model that was learned before.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes rows with a model that fit wrote.",
    discussion: """
      Examples:
        langevin sample people.langevin -o synthetic.csv --rows 1000
        langevin sample people.langevin -o - --rows 10000000 | gzip > many.csv.gz
        langevin sample people.langevin -o oslo.csv --where 'city=Oslo' --no-missing

      Rows are written as they are made, to a file in constant memory whatever their number.
      """)

  @Argument(help: .init("The model, - for standard input.", valueName: "model.langevin"), completion: .file())
  var model: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The table, - for standard output.", valueName: "out.csv"), completion: .file())
  var output: String

  @OptionGroup(title: "Rows") var sampling: SamplingOptions
  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading of --complete") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func run() throws {
    let console = speaking.console
    var files = RunFiles()
    try files.read(model, as: "the model")
    try files.read(sampling.complete, as: "--complete")
    try files.read(reading.schema, as: "--schema")
    let place = try files.place(table: output, as: "-o")
    let clock = Stopwatch()
    let registry = try plugins.registry(&files)
    let (fitted, method) = try ModelFile.read(model, registry: registry)
    guard sampling.complete == nil || method is any CompletingSynthesizer else {
      throw registry.refusal(of: method, lacking: (any CompletingSynthesizer).self, to: "fill given rows", .badData)
    }
    let values = try settings.values(sampling.flags, for: method.descriptor)
    let wish = try sampling.wish(schema: fitted.schema, reading: reading)
    let seed = try options.chosenSeed(console)

    let interruption = Interruption { console.say("stopping; Ctrl-C again stops at once") }
    let made: (rows: Int, choices: [Choice])
    do {
      made = try SamplingJob(
        model: fitted, wish: wish, options: values, seed: seed, threads: options.threadCount, place: place,
        console: console, interruption: interruption
      ).run()
    } catch is CancellationError {
      throw Failure(.interrupted, "interrupted; nothing was written")
    }
    let outcome = RunOutcome(
      command: "sample", output: output, method: method.descriptor.id, seed: seed, threads: options.threadCount,
      rows: made.rows, seconds: clock.seconds)
    try outcome.tell(console, asJSON: speaking.json, resultIsTaken: place.isStream, hidesRepeat: true)
  }
}
