import ArgumentParser
import DiffusionCore
import Evaluation
import Reports
import Tables

/// Adds rows of rare classes to a table.
struct Balance: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds rows of rare classes to a CSV file, or says whether that would help.",
    discussion: """
      Examples:
        langevin balance fraud.csv --target Class -o balanced.csv
        langevin balance fraud.csv --target Class -o more.csv --ratio 0.5 --budget 1m
        langevin balance fraud.csv --target Class -o more.csv --method smote-nc
        langevin balance cars.csv --target class -o out.csv --ratio vgood=400
        langevin balance fraud.csv --target Class -o weighted.csv --weights
        langevin balance fraud.csv --target Class --compare --html report.html

      The rows of the file come first, byte for byte, then the new ones, class by class. Balance what a model learns \
      from, never what it is tested on. By default a diffusion model learns the whole table, in some seconds to minutes \
      (--budget), and rows are drawn from it class by class.

      --compare tells whether any of it helps: it holds rows out, balances the others in the ways that suit the \
      columns (a diffusion model is trained for each fold, all of them within half of --budget), lets four models learn, and says which \
      way to take, if any. docs/handling-imbalanced-classes.md explains the figures.
      """)

  @Argument(
    help: .init(
      "The table: .csv or .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(help: .init("The column that names the class.", valueName: "column"))
  var target: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The table with the new rows, - for standard output.", valueName: "out.csv"), completion: .file())
  var output: String?

  @OptionGroup(title: "Comparison") var comparing: ComparingOptions
  @OptionGroup(title: "Rows") var wanted: BalanceOptions
  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func validate() throws {
    guard comparing.compare else {
      if output == nil { throw ValidationError("-o names the table to write; --compare writes none") }
      return
    }
    if output != nil { throw ValidationError("--compare writes no table: leave out -o; --html names a report") }
    if let flag = wanted.writingFlag { throw ValidationError("\(flag) does not go with --compare") }
    if training.resume { throw ValidationError("--resume does not go with --compare") }
  }

  func run() throws {
    if let output { try balance(output) } else { try compare() }
  }

  private func compare() throws {
    let console = speaking.console
    var files = RunFiles()
    try files.read(data, reading)
    let place = try comparing.html.map { try files.place($0, as: "--html") }
    let ratio = try BalanceRatio(parsing: wanted.ratio)
    let registry = try plugins.registry(&files)
    let clock = Stopwatch()
    let read = try reading.read(data, keepsEmptyColumns: true)
    console.report(read.notes)
    let classes = try ClassCounts(of: target, in: read.table, schema: read.schema)
    if let group = comparing.group {
      _ = try read.schema.column(named: group)
      if group == target { throw ValidationError("--group names the column of --target: give another one") }
    }
    let flags = wanted.flags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let request = try BalanceRequest(classes: classes, ratio: ratio)
    try checkRows(request, read.table)
    let job = BalancingComparisonJob(
      file: data, table: read.table, schema: read.schema, group: comparing.group,
      request: request, ratio: wanted.ratio, registry: registry,
      settings: flags + settings.settings, steps: training.steps, budget: training.budget, spent: clock.seconds,
      folds: comparing.folds ?? 5,
      repeats: comparing.repeats ?? 1, seed: try options.chosenSeed(console), threads: options.threadCount,
      console: console, interruption: Interruption { console.say("stopping; Ctrl-C again stops at once") })
    var result = try job.run()
    result.subject.seconds = clock.seconds
    if let place { try place.write(try BalancingReport(result).render()) }
    if speaking.json {
      let line = BalancingComparisonOutcome(comparison: result).line
      if place?.isStream == true { StandardError.write(line) } else { try StandardOutput.write(line) }
    } else if !speaking.quiet, place?.isStream != true {
      try StandardOutput.write(
        BalancingComparisonText(
          result, width: Terminal.width(of: 1), terminal: .standardOutput, all: speaking.verbose
        ).text)
    }
    if let html = comparing.html, html != "-" { console.say("wrote \(html)") }
  }

  private func checkRows(_ request: BalanceRequest, _ table: Table) throws {
    // Rows that overflow when they are summed are too many too.
    let rows = request.newRows.reduce(table.rowCount) { sum, rows in
      let (total, isOver) = sum.addingReportingOverflow(rows)
      return isOver ? .max : total
    }
    try RowLimit(memory: reading.format.limits().memory)
      .check(rows, columns: table.columns.count, cure: "ask for fewer with --ratio")
  }

  private func balance(_ path: String) throws {
    let console = speaking.console
    var files = RunFiles()
    try files.read(data, reading)
    let place = try files.place(table: path, as: "-o")
    let ratio = try BalanceRatio(parsing: wanted.ratio)
    let registry = try plugins.registry(&files)
    let clock = Stopwatch()
    let text = try CSVText(at: data, limits: try reading.format.limits())
    let read = try reading.read(text, keepsEmptyColumns: true)
    console.report(read.notes)
    let added = try wanted.addedColumn(beside: read.schema)
    let classes = try ClassCounts(of: target, in: read.table, schema: read.schema)
    let request = try BalanceRequest(classes: classes, ratio: ratio)
    try checkRows(request, read.table)
    let output = BalanceOutput(text: text, table: read.table, schema: read.schema, place: place)

    if wanted.weights != nil, let added {
      let weights = request.weights
      try output.write(weights: classes.classOfRow.map { weights[Int($0)] }, in: added)
      let told = BalanceOutcome(
        output: path, method: "weights", rows: read.table.rowCount,
        report: BalanceReport(
          classes: zip(classes.labels, classes.counts).map { .init(label: $0, before: $1, after: $1, copies: 0) }),
        weights: weights, seconds: clock.seconds)
      return try told.tell(console, asJSON: speaking.json, resultIsTaken: place.isStream, hidesRepeat: true)
    }

    let method = try wanted.chosenMethod(in: registry, schema: read.schema, target: target, console: console)
    if !method.trains, training.isGiven {
      throw Failure(
        .usage, "method '\(method.descriptor.id)' trains no model",
        cure: "leave out --budget, --steps and --resume, or take --method diffusion")
    }
    let values = try settings.values(wanted.flags, for: method.descriptor)
    let checkpoint = method.trains ? try files.checkpoint(of: place, training) : nil
    let interruption = Interruption { console.say("finishing the step and saving; Ctrl-C again stops at once") }
    let job = BalanceJob(
      method: method, table: read.table, schema: read.schema, request: request, options: values, training: training,
      seed: try options.chosenSeed(console, resuming: checkpoint?.resumed),
      threads: options.threadCount, place: place, checkpoint: checkpoint, console: console,
      interruption: interruption, clock: clock)
    let making = Stopwatch()
    let made = try job.run()
    let makingSeconds = making.seconds
    try job.writing { try output.write(made, onlyNew: wanted.onlyNew, flag: added) }
    checkpoint?.remove()
    let told = BalanceOutcome(
      output: path, method: method.descriptor.id, seed: job.seed,
      rows: made.rows.rowCount + (wanted.onlyNew ? 0 : read.table.rowCount), report: made.report,
      seconds: clock.seconds, samplingSeconds: makingSeconds, training: made.training,
      repeatCommand: made.training.map { job.repeatCommand($0) })
    try told.tell(
      console, asJSON: speaking.json, resultIsTaken: place.isStream,
      hidesRepeat: training.steps != nil && options.seed != nil)
  }
}
