import ArgumentParser
import DiffusionCore
import Evaluation
import Foundation
import Reports
import Tables

/// Compares a synthetic table with the real one.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says whether a synthetic table can be trusted: how alike, how safe, how useful.",
    discussion: """
      Examples:
        langevin evaluate real.csv synthetic.csv
        langevin evaluate train.csv synthetic.csv --holdout test.csv --target income --html report.html
        langevin evaluate train.csv one.csv two.csv three.csv --holdout test.csv --json report.json

      The hold-out is real rows that the generator has not seen. Judged as if they were synthetic they show what a \
      perfect generator would score, and they are what downstream models are tested on and what attacks are compared \
      with: without them, much cannot be said. Several synthetic tables are several samplings: figures then have \
      intervals.
      """)

  @Argument(
    help: .init(
      "The real table that the generator learned: a file, sqlite:FILE?table=NAME, - for standard input.",
      valueName: "real.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var real: String

  @Argument(
    help: .init(
      "The synthetic table; more of them are more samplings of the same generator.", valueName: "synthetic.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var synthetic: [String]

  @Option(
    help: .init("Real rows that the generator has not seen.", valueName: "test.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var holdout: String?

  @OptionGroup(title: "Judgement") var judging: JudgingOptions

  @Option(
    help: .init("Writes the report as one HTML file.", valueName: "report.html"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Option(
    help: .init("Writes all figures as JSON, - for standard output.", valueName: "report.json"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions

  @Flag(name: [.short, .long], help: "Says nothing but errors.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Says how long each part took.")
  var verbose = false

  func validate() throws {
    if quiet, verbose { throw ValidationError("give one of --quiet and --verbose") }
    let inputs = [real] + synthetic + (holdout.map { [$0] } ?? [])
    if inputs.count(where: { $0 == "-" }) > 1 { throw ValidationError("only one table can come from standard input") }
  }

  func run() throws {
    let console = Console(quiet ? .quiet : verbose ? .verbose : .plain)
    let clock = Stopwatch()
    var files = RunFiles()
    try files.read(real, as: "the real table", reading)
    for table in synthetic { try files.read(table, as: "a synthetic table") }
    try files.read(holdout, as: "--holdout")
    let places = [
      try html.map { try files.place($0, as: "--html") }, try json.map { try files.place($0, as: "--json") },
    ]

    let known = try reading.read(real, keepsEmptyColumns: true)
    console.report(known.notes)
    let schema = ComparisonTables.readingSchema(for: known.schema)
    let samplings = try synthetic.map { try read($0, as: schema, of: known.schema) }
    let unseen = try holdout.map { try read($0, as: schema, of: known.schema) }
    let job = EvaluationJob(
      judging: judging, schema: known.schema, names: .init(real: real, synthetic: synthetic[0], holdout: holdout),
      seed: options.seed ?? 0, threads: options.threadCount, console: console, interruption: nil)
    var result = try job.run(real: known.table, samplings: samplings, holdout: unseen)
    result.subject.seconds = clock.seconds
    if let place = places[0] { try place.write(try HTMLReport(result).render()) }
    if let place = places[1] { try place.write(try result.json()) }
    if !quiet, places[1]?.isStream != true, places[0]?.isStream != true {
      try StandardOutput.write(
        EvaluationText(result, width: Terminal.width(of: 1), terminal: .standardOutput).text)
    }
    for name in [html, json].compactMap({ $0 }) where name != "-" { console.say("wrote \(name)") }
  }

  /// Reads a table that must have the columns of the real one.
  private func read(_ path: String, as schema: Schema, of known: Schema) throws -> Table {
    do {
      return try reading.read(path, as: schema)
    } catch var error as TableError where error.reason == .doesNotFit {
      guard let column = error.column, let kind = known[column]?.kind.name.rawValue else { throw error }
      error.problem = "the value does not fit the column, which is of kind \(kind) in \(real)"
      error.cure =
        "Correct the cell, or empty it if its value is unknown; or take the column as texts in all tables (--kind \(column)=category)."
      throw error
    } catch var error as TableError where [.unknownColumn, .missingColumn].contains(error.reason) {
      error.problem = error.problem.replacingOccurrences(of: "the schema", with: "\(real)")
      error.expected = error.expected?.replacingOccurrences(of: "the schema", with: real)
      // --drop is for columns of the real table, and then of all.
      if let column = error.column, error.reason == .missingColumn {
        error.cure = "Add it, empty where its values are unknown, or leave it out of all tables (--drop \(column))."
      } else if let column = error.column, error.cure.contains("--drop") {
        error.cure = "Take \(column) out of \(path)."
      }
      throw error
    }
  }
}
