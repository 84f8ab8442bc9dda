import ArgumentParser
import DiffusionCore
import Foundation
import Tables

/// Says how unusual each row of a table is to a model.
struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how unusual each row is to a model.",
    discussion: """
      Examples:
        langevin score new.csv --model people.langevin -o scores.csv
        langevin score new.csv --model people.langevin --with-data | head

      The score is a bound on the row's negative log-likelihood in nats: the larger, the more unusual. It is written \
      as one column 'score' in the order of the rows, and is empty where a row holds a level that the model never saw.
      """)

  @Argument(
    help: .init("The table: .csv, .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(help: .init("The model that fit wrote.", valueName: "model.langevin"), completion: .file())
  var model: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The scores; standard output by default.", valueName: "scores.csv"), completion: .file())
  var output = "-"

  @Flag(help: "Writes the rows too, with the score as their last column.")
  var withData = false

  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func run() throws {
    let console = speaking.console
    var files = RunFiles()
    try files.read(data, reading)
    try files.read(model, as: "--model")
    let place = try files.place(table: output, as: "-o")
    let clock = Stopwatch()
    let registry = try plugins.registry(&files)
    let (fitted, method) = try ModelFile.read(model, registry: registry)
    guard let scorer = fitted as? any ScoringModel else {
      throw registry.refusal(of: method, lacking: (any ScoringSynthesizer).self, to: "score rows", .badData)
    }
    let table = try reading.read(data, as: fitted.schema)
    // Scores are a fair comparison of rows only with the same random masks: a fixed seed, not a random one.
    let seed = options.seed ?? 0
    let scores = try scorer.score(
      table, SampleRequest(rows: table.rowCount, seed: seed, threads: options.threadCount))
    try write(scores, beside: table, schema: fitted.schema, to: place)
    tell(scores, console)
    if speaking.json {
      let outcome = RunOutcome(
        command: "score", output: output, method: method.descriptor.id, seed: seed, threads: options.threadCount,
        rows: table.rowCount, seconds: clock.seconds)
      try outcome.tell(console, asJSON: true, resultIsTaken: place.isStream, hidesRepeat: true)
    }
  }

  private func write(_ scores: [Double?], beside table: Table, schema: Schema, to place: OutputPlace) throws {
    let name = schema["score"] != nil && withData ? "langevin_score" : "score"
    let values = Column(name: name, values: .numbers(scores.map { $0 ?? .nan }))
    var column = ColumnSchema(name: name, kind: .decimal(digits: 4))
    column.missingCount = scores.count { $0 == nil }
    guard withData else {
      let schema = Schema(columns: [column])
      return try place.take(schema) { try Table(columns: [values]).write(to: $0, schema: schema) }
    }
    // The levels of the table at hand, among them those that the model never saw.
    var wide = schema
    for (index, known) in wide.columns.enumerated() {
      if case .categories(_, let levels)? = table[known.name]?.values { wide.columns[index].levels = levels }
    }
    wide.columns.append(column)
    try place.take(wide) { try Table(columns: table.columns + [values]).write(to: $0, schema: wide) }
  }

  private func tell(_ scores: [Double?], _ console: Console) {
    let known = scores.enumerated().compactMap { index, score in score.map { (row: index + 1, score: $0) } }
    guard !known.isEmpty else {
      return console.say("no row could be scored: each holds a level that the model never saw")
    }
    let mean = known.reduce(0) { $0 + $1.score } / Double(known.count)
    let top = known.sorted { ($1.score, $0.row) < ($0.score, $1.row) }.prefix(5)
    console.say(
      "\(Wording.count(known.count, "row")) scored, mean \(Wording.loss(mean)) nats; most unusual: "
        + top.map { "row \($0.row) (\(Wording.loss($0.score)))" }.joined(separator: ", "))
    if known.count < scores.count {
      console.say(
        "\(Wording.count(scores.count - known.count, "row")) without a score: a level that the model never saw")
    }
  }
}
