import ArgumentParser
import DiffusionCore
import Foundation
import Reports
import Tables

/// Tells what diffusion does to a table, or what a model learned, as a page for anyone.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what diffusion does to a table, or what a model learned, as a page for anyone.",
    discussion: """
      Examples:
        langevin explain people.csv --html explain.html
        langevin explain people.csv --html explain.html --columns age,income
        langevin explain people.langevin --html explain.html

      Of a table the page shows how its own columns turn into noise. Of a model it shows as well how rows come of noise, \
      how it learned, and which columns were hard. A page on a table shows some of its rows: share it with care.
      """)

  @Argument(
    help: .init("A table (.csv or .csv.gz) or a model.", valueName: "data.csv|model.langevin"), completion: .file())
  var subject: String

  @Option(
    help: .init("The page, as one HTML file; - for standard output.", valueName: "explain.html"),
    completion: .file(extensions: ["html"]))
  var html: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: .init(
      "The columns to show, with commas between. By default two numbers and two categories.", valueName: "names")
  )
  var columns: [String] = []

  @Option(
    help: .init(
      "The time that the command may take, such as 20s; with less, a model's pictures are coarser or left out.",
      valueName: "time"), transform: { try TimeSpan.seconds($0) })
  var budget: Double?

  @OptionGroup(title: "Reading of a table") var reading: ReadingOptions
  @OptionGroup(title: "Model") var plugins: PluginOptions
  @OptionGroup(title: "Run") var options: RunOptions

  @Flag(name: [.short, .long], help: "Says nothing but errors.")
  var quiet = false

  func run() throws {
    let console = Console(quiet ? .quiet : .plain)
    var files = RunFiles()
    try files.read(subject, as: "what is explained", reading)
    let place = try files.place(html, as: "--html")
    // A page is the same each time, unless another draw is asked for.
    let seed = options.seed ?? 0
    let deadline = budget.map { Deadline(seconds: $0) }
    let explanation: Explanation
    if Self.isModel(subject) {
      let (model, method) = try ModelFile.read(subject, registry: plugins.registry(&files))
      let job = try ModelExplanation(
        model: model, method: method.descriptor, columns: chosen(among: model.schema), seed: seed,
        threads: options.threadCount, deadline: deadline, announce: { console.announce($0) })
      explanation = try job.explanation(of: subject)
    } else {
      let data = try reading.read(subject)
      console.report(data.notes)
      try Trainable.check(data, path: subject)
      let view = TableView(table: data.table, schema: data.schema, columns: try chosen(among: data.schema), seed: seed)
      explanation = Explanation(
        subject: .init(
          file: subject, version: Langevin.configuration.version, rows: data.table.rowCount,
          columns: data.table.columns.count, seed: seed),
        hiding: view.hiding, blurring: view.blurring, schedule: TableView.schedule)
    }
    try place.write(try ExplanationReport(explanation).render())
    if !place.isStream { console.say("wrote \(html)") }
  }

  /// The columns that were named; empty where none was.
  private func chosen(among schema: Schema) throws -> [String] {
    let names = try ColumnList.names(columns, among: schema.columns.map(\.name), flag: "--columns")
    for name in names where schema[name]?.isModelled != true {
      throw Failure(
        .badData, "--columns: column '\(name)' is no number, date or category", cure: "name columns that are learned")
    }
    return names
  }

  /// Whether a file is a model rather than a table: safetensors begin with the length of their header, then an object.
  private static func isModel(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 9), start.count == 9
    else { return false }
    return start[8] == UInt8(ascii: "{") && start[7] == 0
  }
}
