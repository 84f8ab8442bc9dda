import ArgumentParser
import DiffusionCore
import Evaluation
import Imputing
import Reports
import Tables

/// Fills the missing cells of a table, or of time series.
struct Impute: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fills the missing values of a CSV file: a table, or time series.",
    discussion: """
      Examples:
        langevin impute readings.csv -o filled.csv
        langevin impute readings.csv -o filled.csv --time when --group station
        langevin impute readings.csv -o filled.csv --every 1h --max-gap 6h --flags
        langevin impute people.csv -o filled.csv --interval 90
        langevin impute people.csv -o filled.csv --draws 20 --draws-output draws.csv
        langevin impute new.csv --model readings.langevin -o filled.csv

      Cells that are there are written byte for byte as they stand, rows in their own order. Before filling, some \
      of them are hidden, filled by several methods and compared with what they held; the best method is taken, and \
      what was measured is printed. docs/imputation.md says how to choose and what intervals and draws are for.

      Ctrl-C finishes the step, saves, and says how to go on.
      """)

  @Argument(
    help: .init(
      "The table: .csv or .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The filled table, - for standard output.", valueName: "out.csv"), completion: .file())
  var output: String

  @Option(
    help: .init("Fills with a model that fit --task impute wrote.", valueName: "model.langevin"), completion: .file())
  var model: String?

  @Option(
    help: .init(
      "Writes what was filled, how good it is and how sure as one HTML file.", valueName: "report.html"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @OptionGroup(title: "Series and columns") var series: SeriesOptions
  @OptionGroup(title: "What is filled in") var filling: FillingOptions

  @Option(
    help: .init(
      "The method; `langevin plugins list` shows all. The best on hidden cells by default.", valueName: "id"))
  var method: String?

  @OptionGroup(title: "Method") var checking: CheckingOptions

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func validate() throws {
    if model != nil, method != nil || training.budget != nil || training.steps != nil || training.resume {
      throw ValidationError("a model is trained already: leave out --method, --budget, --steps and --resume")
    }
  }

  func run() throws {
    let console = speaking.console
    var files = RunFiles()
    try files.read(data, reading)
    try files.read(model, as: "--model")
    let place = try files.place(table: output, as: "-o")
    let drawsPlace = try filling.drawsOutput.map { try files.place(table: $0, as: "--draws-output") }
    let reportPlace = try report.map { try files.place($0, as: "--report") }
    // With a model there is no training, and a checkpoint is another run's.
    let checkpoint = model == nil ? try files.checkpoint(of: place, training) : nil
    let clock = Stopwatch()
    let registry = try plugins.registry(&files)
    let kept = try model.map { try ModelFile.readImputer($0, registry: registry) }
    let input = try ImputationInput(
      path: data, reading: reading, series: series, model: kept?.model, console: console)
    console.detail("read \(Wording.count(input.rows.table.rowCount, "row")) in \(Wording.span(clock.seconds))")
    try checkNames(input)
    if filling.maxGap != nil, input.layout == nil {
      throw Failure(.usage, "--max-gap is for series, and this is a table", cure: "name the time with --time COLUMN")
    }

    let seed = try options.chosenSeed(console, resuming: checkpoint?.resumed)
    let interruption = Interruption { console.say("finishing the step and saving; Ctrl-C again stops at once") }
    let job = try fittingJob(input, kept?.method, registry, seed, place, checkpoint, console, interruption, clock)
    guard input.counts.missing > 0 else { return try fill(input, nil, job, drawsPlace, reportPlace) }
    if let kept {
      tell(kept.check, console)
    } else {
      try input.checkValues(data)
    }
    try fill(input, kept ?? job.run(), job, drawsPlace, reportPlace)
  }

  /// What a file with gaps needs to be learned.
  private func fittingJob(
    _ input: ImputationInput, _ kept: (any Imputer)?, _ registry: PluginRegistry, _ seed: UInt64,
    _ place: OutputPlace, _ checkpoint: CheckpointFile?, _ console: Console, _ interruption: Interruption,
    _ clock: Stopwatch
  ) throws -> ImputationJob {
    let filler = try ImputerChoice.method(kept?.descriptor.id ?? method, series: input.layout, in: registry)
    var selection = ImputerSelection(
      main: filler, options: try settings.values([:], for: filler.imputer.descriptor), isFixed: method != nil,
      baselines: ImputerChoice.baselines(series: input.layout, in: registry))
    selection.isChecked = !checking.noCheck
    selection.needsDraws = filling.draws != nil
    selection.needsIntervals = filling.interval != nil
    if let interval = filling.interval { selection.level = interval / 100 }
    return ImputationJob(
      input: input, selection: selection, limit: filling.maxGap.map { GapLimit(longest: $0) }, training: training,
      seed: seed, threads: options.threadCount, place: place, checkpoint: checkpoint, console: console,
      interruption: interruption, clock: clock
    )
  }

  private func fill(
    _ input: ImputationInput, _ fitted: FillingModel?, _ job: ImputationJob, _ drawsPlace: OutputPlace?,
    _ reportPlace: OutputPlace?
  ) throws {
    // Options belong to the method they were given for, which may be another than the one that fills.
    let main = job.selection.main.imputer.descriptor
    let filling = fitted?.method.descriptor ?? main
    let filler = FillingJob(
      input: input, filling: self.filling,
      level: self.filling.interval.map { $0 / 100 } ?? (reportPlace == nil ? nil : job.selection.level),
      options: filling.id == main.id ? job.selection.options : try OptionValues(as: filling.options), seed: job.seed,
      threads: job.threads, place: job.place, drawsPlace: drawsPlace, console: job.console,
      interruption: job.interruption, deadline: job.deadline)
    let (filled, choices) = try job.writing {
      let (filled, choices) =
        try fitted.map { try filler.fill($0.model, method: filling) } ?? (filler.untouched(), choices: [])
      try filler.write(filled)
      return (filled, choices)
    }
    if fitted == nil {
      job.console.say("nothing is missing: the rows are copied")
    } else {
      filler.tell(filled)
    }

    let learned = model == nil ? fitted?.model.report : nil
    let subject = ImputationResult.Subject(
      file: data, rows: filled.table.rowCount, addedRows: input.rows.addedCount, time: input.layout?.time,
      groups: input.layout?.groups ?? [], series: input.index?.entities.count,
      method: fitted == nil ? "none" : filling.id,
      methodSummary: fitted == nil ? "Nothing was missing." : filling.summary,
      point: self.filling.point.rawValue, level: filler.level, seed: job.seed, seconds: job.clock.seconds,
      version: Langevin.configuration.version)
    var result = ImputationResult(
      subject: subject,
      columns: ColumnResults.columns(
        of: filled, before: input.rows.table, schema: input.schema, index: input.index,
        pictures: reportPlace != nil),
      emptyColumns: input.empty, check: fitted?.check, training: learned.map { TrainingDetails($0) })
    if let reportPlace { try job.writing(after: job.place) { try write(result, to: reportPlace, job.console) } }
    // Where nothing was missing, nothing was trained.
    if fitted != nil { job.checkpoint?.remove() }

    // Pictures are for the page.
    for place in result.columns.indices {
      (result.columns[place].distribution, result.columns[place].panel) = (nil, nil)
    }
    result.training = nil
    var outcome = RunOutcome(
      command: "impute", output: output, method: subject.method, seed: job.seed, threads: job.threads,
      rows: filled.table.rowCount, seconds: job.clock.seconds, report: learned)
    outcome.imputation = result
    if fitted != nil {
      outcome.repeatCommand = job.repeatCommand(learned, later: choices, flags: fitted?.repeating ?? [])
    }
    try outcome.tell(
      job.console, asJSON: speaking.json, resultIsTaken: job.place.isStream,
      hidesRepeat: options.seed != nil && (training.steps != nil || learned == nil))
  }

  private func write(_ result: ImputationResult, to place: OutputPlace, _ console: Console) throws {
    try place.write(try ImputationReport(result).render())
    for judgement in [result.good, result.intervals, result.complete] { console.say(judgement.sentence) }
    console.say("wrote \(place.path)")
  }

  /// What was measured when a model was fitted.
  private func tell(_ check: SelfCheckResult?, _ console: Console) {
    if let check {
      console.say("when the model was fitted:\n" + SelfCheckText(check, width: Terminal.width(of: 2)).text)
    } else {
      console.say("the model was fitted without a self-check")
    }
  }

  /// Names of columns to add must be free.
  private func checkNames(_ input: ImputationInput) throws(Failure) {
    var added: [(name: String, flag: String)] = []
    for column in input.wanted where (input.rows.table[column]?.missingCount ?? 0) > 0 {
      let names = AddedColumns.names(for: column)
      if filling.interval != nil { added += [(names.lower, "--interval"), (names.upper, "--interval")] }
      if filling.flags { added.append((names.flag, "--flags")) }
    }
    if filling.draws != nil { added.append((AddedColumns.drawName, "--draws")) }
    for (name, flag) in added where input.schema[name] != nil {
      throw Failure(
        .badData, "there is a column '\(name)' already, which \(flag) would add",
        cure: "rename it in the file, or leave it out with --drop \(name)")
    }
  }
}
