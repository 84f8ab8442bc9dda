import ArgumentParser
import DiffusionCore
import Imputing
import Tables

/// Learns a table and writes the model.
struct Fit: TrainingCommand {
  static let name = "fit"
  static let configuration = CommandConfiguration(
    abstract: "Learns a CSV file and writes the model, to sample from or to fill gaps with later.",
    discussion: """
      Examples:
        langevin fit people.csv -o people.langevin
        langevin fit people.csv -o people.langevin --budget 10m --missing '?,NA'
        langevin fit readings.csv --task impute -o readings.langevin

      The model is one safetensors file that holds all it needs. Then:
        langevin sample people.langevin -o synthetic.csv --rows 1000
        langevin impute new.csv --model readings.langevin -o filled.csv
      """)

  @Argument(
    help: .init(
      "The table: .csv or .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The model, - for standard output.", valueName: "model.langevin"), completion: .file())
  var output: String

  @Option(
    help: .init("What the model is for: synthesize (to make rows) or impute (to fill gaps).", valueName: "task"),
    transform: { text in
      guard let task = MethodTask(rawValue: text), task != .balance else {
        throw ValidationError("--task is synthesize or impute")
      }
      return task
    })
  var task = MethodTask.synthesize

  @OptionGroup(title: "Series and columns (--task impute)") var series: SeriesOptions
  @OptionGroup(title: "Series and columns (--task impute)") var checking: CheckingOptions

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func validate() throws {
    guard task == .synthesize, series.isGiven || checking.noCheck else { return }
    throw ValidationError("options of series and columns are for --task impute")
  }

  func run() throws {
    if task == .impute { return try fitImputer() }
    var files = RunFiles()
    let job = try prepared(files: &files) { _ in }.job
    let model = try job.run()
    try job.writing { try ModelFile.write(model, method: job.method.descriptor.id, to: job.place) }
    job.checkpoint?.remove()
    try tell(job, model)
  }

  private func fitImputer() throws {
    let console = speaking.console
    var files = RunFiles()
    try files.read(data, reading)
    let place = try files.place(output, as: "-o")
    let checkpoint = try files.checkpoint(of: place, training)
    let clock = Stopwatch()
    let registry = try plugins.registry(&files)
    let input = try ImputationInput(path: data, reading: reading, series: series, model: nil, console: console)
    let filler = try ImputerChoice.method(method.method, series: input.layout, in: registry)
    try input.checkValues(data)
    var selection = ImputerSelection(
      main: filler, options: try settings.values(method.flags, for: filler.imputer.descriptor),
      isFixed: method.method != nil, baselines: ImputerChoice.baselines(series: input.layout, in: registry))
    selection.isChecked = !checking.noCheck
    let seed = try options.chosenSeed(console, resuming: checkpoint?.resumed)
    let job = ImputationJob(
      input: input, selection: selection, training: training, seed: seed, threads: options.threadCount, place: place,
      checkpoint: checkpoint, console: console,
      interruption: Interruption { console.say("finishing the step and saving; Ctrl-C again stops at once") },
      clock: clock)
    let fitted = try job.run()
    try job.writing {
      try ModelFile.write(fitted.model, method: fitted.method.descriptor.id, check: fitted.check, to: place)
    }
    checkpoint?.remove()
    let report = fitted.model.report
    var outcome = RunOutcome(
      command: Self.name, output: output, method: fitted.method.descriptor.id, seed: seed, threads: job.threads,
      seconds: clock.seconds, report: report)
    outcome.selfCheck = fitted.check
    outcome.repeatCommand = job.repeatCommand(report, flags: fitted.repeating)
    try outcome.tell(
      console, asJSON: speaking.json, resultIsTaken: place.isStream,
      hidesRepeat: options.seed != nil && (training.steps != nil || report == nil))
  }
}
