import ArgumentParser
import DiffusionCore
import Foundation

/// Learns a table and writes a new one like it.
struct Synth: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns a CSV file and writes a synthetic one like it.",
    discussion: """
      Examples:
        langevin synth people.csv -o synthetic.csv
        langevin synth people.csv -o rich.csv --rows 5000 --where 'income=>50K'
        langevin synth people.csv -o filled.csv --complete holes.csv --budget 5m
        zcat people.csv.gz | langevin synth - -o - --quiet | head

      Columns keep their names, order, type, decimals, range and format. Identifiers are new, never copied. Values \
      are missing as often as in the data. To make rows again later without training, use fit and sample.

      Ctrl-C finishes the step, saves, and says how to go on.
      """)

  @Argument(
    help: .init("The table: .csv or .csv.gz, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The synthetic table, - for standard output.", valueName: "out.csv"), completion: .file())
  var output: String

  @OptionGroup(title: "Rows") var sampling: SamplingOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func run() throws {
    let console = speaking.console
    let place = try OutputPlace(output, inputs: [data] + [sampling.complete, reading.schema].compactMap { $0 })
    let synthesizer = try method.chosenMethod(in: BundledPlugins.registry())
    let values = try settings.values(
      method.flags.merging(sampling.flags) { mine, _ in mine }, for: synthesizer.descriptor)

    let clock = Stopwatch()
    let table = try reading.read(data)
    console.report(table.notes)
    console.detail("read \(Wording.count(table.table.rowCount, "row")) in \(Wording.span(clock.seconds))")
    try Trainable.check(table, path: data)
    let wish = try sampling.wish(schema: table.schema, reading: reading)

    let seed = try options.chosenSeed(console, resuming: training.resume ? place.checkpoint : nil)
    let interruption = Interruption { console.say("finishing the step and saving; Ctrl-C again stops at once") }
    let job = TrainingJob(
      method: synthesizer, data: table, options: values, training: training, seed: seed,
      threads: options.threadCount, place: place, console: console, interruption: interruption)
    let model = try job.run()
    let trained = clock.seconds
    let made: Int
    do {
      made = try SamplingJob(
        model: model, wish: wish, options: values, seed: job.seed, threads: job.threads, place: place, console: console,
        interruption: interruption
      ).run()
    } catch is CancellationError {
      throw job.interrupted()
    }
    job.removeCheckpoint()

    let outcome = RunOutcome(
      command: "synth", output: output, method: synthesizer.descriptor.id, seed: job.seed, threads: job.threads,
      rows: made, seconds: clock.seconds, samplingSeconds: clock.seconds - trained, report: model.report,
      repeatCommand: job.repeatCommand(steps: model.report.training.steps))
    try outcome.tell(
      console, asJSON: speaking.json, resultIsTaken: place.isStream,
      hidesRepeat: training.steps != nil && options.seed != nil)
  }
}
