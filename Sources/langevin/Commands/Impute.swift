import ArgumentParser
import DiffusionCore
import Foundation
import Tables

/// Fills the missing cells of a table.
struct Impute: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fills the missing values of a CSV file.",
    discussion: """
      Examples:
        langevin impute readings.csv -o filled.csv
        langevin impute readings.csv -o filled.csv --time timestamp --group station
      """)

  @Argument(
    help: .init("The table: .csv or .csv.gz, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The filled table, - for standard output.", valueName: "out.csv"), completion: .file())
  var output: String

  @Option(help: .init("The column that tells the time.", valueName: "column"))
  var time: String?

  @Option(help: .init("A column that names the entity. Repeatable.", valueName: "column"))
  var group: [String] = []

  @Option(help: .init("A column that is known and never filled. Repeatable.", valueName: "column"))
  var covariates: [String] = []

  @Option(help: .init("The method; `langevin plugins list` shows all.", valueName: "id"))
  var method: String?

  @Option(help: .init("The share of truths that intervals hold, in percent.", valueName: "percent"))
  var interval: Double?

  @Option(help: .init("Completed tables to draw for each cell.", valueName: "number"))
  var draws = 0

  @Option(help: .init("Where the draws go.", valueName: "draws.csv"), completion: .file())
  var drawsOutput: String?

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func run() throws {
    let console = speaking.console
    let place = try OutputPlace(output, inputs: [data])
    let registry = try BundledPlugins.registry()
    let series = time.map { SeriesLayout(time: $0, groups: group, covariates: covariates) }
    let subject: ImputationSubject = series == nil ? .table : .series
    let found =
      try method.map { try registry.method($0, for: .impute) }
      ?? registry.methods(for: .impute).first { ($0 as? any Imputer)?.fills == subject }
    guard let imputer = found as? any Imputer else {
      throw Failure(.usage, "no method fills a \(subject.rawValue)", cure: "see langevin plugins list")
    }
    let table = try reading.read(data)
    var run = TrainingRun()
    run.seed = try options.chosenSeed(console)
    run.threads = options.threadCount
    run.steps = training.steps
    run.budget = training.budget
    run.announce = { console.announce($0) }
    let clock = Stopwatch()
    let values = try settings.values([:], for: imputer.descriptor)
    let model = try imputer.fit(table.table, schema: table.schema, series: series, options: values, run: run)
    console.detail("fitted in \(Wording.span(clock.seconds))")
    let result = try model.impute(
      table.table,
      ImputationRequest(
        seed: run.seed, threads: run.threads, draws: draws, interval: interval.map { $0 / 100 }, options: values))
    console.detail("imputed after \(Wording.span(clock.seconds))")
    try result.filled.write(to: place.path, schema: table.schema)
    guard let drawsOutput else { return }
    // One completed table below the other.
    try Table.concatenated((0..<draws).map { result.completed(draw: $0) })
      .write(to: OutputPlace(drawsOutput, inputs: [data, output]).path, schema: table.schema)
  }
}
