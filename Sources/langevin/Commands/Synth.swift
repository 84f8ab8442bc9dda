import ArgumentParser
import DiffusionCore
import Foundation

/// Learns a table and writes a new one like it.
struct Synth: TrainingCommand {
  static let name = "synth"
  static let configuration = CommandConfiguration(
    abstract: "Learns a CSV file and writes a synthetic one like it.",
    discussion: """
      Examples:
        langevin synth people.csv -o synthetic.csv
        langevin synth people.csv -o rich.csv --rows 5000 --where 'income=>50K'
        langevin synth people.csv -o synthetic.csv --report report.html --target income
        langevin synth people.csv -o filled.csv --complete holes.csv --budget 5m
        zcat people.csv.gz | langevin synth - -o - --quiet | head
        langevin synth 'sqlite:people.db?table=customers' -o 'sqlite:people.db?table=synthetic'

      Columns keep their names, order, type, decimals, range and format. Identifiers are new, never copied. Values \
      are missing as often as in the data. To make rows again later without training, use fit and sample.

      Ctrl-C finishes the step, saves, and says how to go on.
      """)

  @Argument(
    help: .init(
      "The table: .csv or .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The synthetic table, - for standard output.", valueName: "out.csv"), completion: .file())
  var output: String

  @Option(
    help: .init(
      "Judges what was made, on rows that training did not see, and writes the report as one HTML file.",
      valueName: "report.html"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @Option(help: .init("The share of the rows that --report keeps from training.", valueName: "share"))
  var holdoutShare = 0.1

  @OptionGroup(title: "Report") var judging: JudgingOptions
  @OptionGroup(title: "Rows") var sampling: SamplingOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func validate() throws {
    guard report != nil else { return }
    if !sampling.conditions.isEmpty || sampling.complete != nil {
      throw ValidationError("--report compares with all of the data: leave out --where and --complete")
    }
    guard holdoutShare > 0, holdoutShare < 1 else {
      throw ValidationError("--holdout-share is a number between 0 and 1, such as 0.1")
    }
  }

  func place(_ files: inout RunFiles) throws -> OutputPlace { try files.place(table: output, as: "-o") }

  func check(_ method: any Synthesizer, _ registry: PluginRegistry) throws {
    guard sampling.complete == nil || method is any CompletingSynthesizer else {
      throw registry.refusal(of: method, lacking: (any CompletingSynthesizer).self, to: "fill given rows", .usage)
    }
  }

  func run() throws {
    var files = RunFiles()
    try files.read(sampling.complete, as: "--complete")
    let reportPlace = try report.map { try files.place($0, as: "--report") }
    var (job, wish) = try prepared(files: &files, flags: sampling.flags) {
      try sampling.wish(schema: $0, reading: reading)
    }
    // With conditions or given rows only the default is exact.
    if method.method == nil, sampling.conditions.isEmpty, sampling.complete == nil {
      MethodAdvice.choice(for: job.data.schema, rows: job.data.table.rowCount, taken: job.method.descriptor)
        .map(job.console.announce)
    }
    let reporting = try reportPlace.map {
      try ReportingJob(place: $0, share: holdoutShare, judging: judging, training: &job)
    }
    if reporting != nil { wish.rows = wish.rows ?? reporting?.rows }
    let rows = wish.partial?.rowCount ?? wish.rows ?? job.data.table.rowCount
    // The report makes rows of its own.
    job.rowsToMake = rows * (reporting == nil ? 1 : 1 + judging.repeats)
    // Judging takes time too, more where the rows are many.
    if reporting != nil { job.reserve = 0.3 }
    let deadline = job.deadline, making = job.makingDeadline
    let model = try job.run()
    let trained = job.clock.seconds
    let made = try job.writing {
      try SamplingJob(
        model: model, wish: wish, options: job.options, seed: job.seed, threads: job.threads, place: job.place,
        console: job.console, interruption: job.interruption, deadline: making
      ).run()
    }
    try tell(job, model, rows: made.rows, samplingSeconds: job.clock.seconds - trained, later: made.choices)
    try job.writing(after: job.place) {
      try reporting?.run(
        model, wish: wish, names: .init(real: data, synthetic: output, holdout: nil), choices: made.choices,
        deadline: deadline)
    }
    // The report needs the model too.
    job.checkpoint?.remove()
  }
}
