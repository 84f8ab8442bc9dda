import ArgumentParser
import Databases
import DiffusionCore
import Files
import Foundation
import Reports
import Tables
import Tuning

/// Looks for the options that suit a table best.
struct Tune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks for the options of a method that suit a table best.",
    discussion: """
      Examples:
        langevin tune people.csv --budget 30m
        langevin tune people.csv --budget 2h -o people.tuning.json --html people.tuning.html --resume
        langevin tune people.csv --method tabular-ddpm --set layers=3 --seed 1

      A fifth of the rows is kept, every trial learns the others and is judged by how near its rows come to those that \
      were kept. Many configurations are trained for a short time, a third of them for three times as long, and so on \
      (successive halving); the defaults take part to the end. Options that are given with --set are left as they are. \
      The state is written after every trial: --resume goes on.

      The defaults are good on most tables. Tune where a report says "not good", or before a model is made that counts.
      """)

  @Argument(
    help: .init(
      "The table: .csv or .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    help: .init("The time of the whole search, such as 10m or 2h.", valueName: "time"),
    transform: { try TimeSpan.seconds($0) })
  var budget = 600.0

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init(
      "Where all trials are written, as JSON. By default DATA.tuning.json in the current folder.",
      valueName: "tuning.json"), completion: .file(extensions: ["json"]))
  var output: String?

  @Option(
    help: .init("Writes the report as one HTML file.", valueName: "report.html"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Flag(help: "Goes on from the trials that an earlier run wrote.")
  var resume = false

  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Method") var plugins: PluginOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  /// A training that is shorter says nothing.
  private static let shortestTrial = 8.0

  func validate() throws {
    if data == "-", output == nil { throw ValidationError("-o names the file of trials where the data have no name") }
    if output == "-" { throw ValidationError("-o names a file: the state of the search must outlive the run") }
    if budget < 2 * Self.shortestTrial {
      throw ValidationError("--budget is 16 s or more: two trainings that say something")
    }
  }

  func run() throws {
    let console = speaking.console
    let path = output ?? Self.name(beside: data)
    var files = RunFiles()
    try files.read(data, reading)
    let place = try files.place(path, as: output == nil ? "the file of trials" : "-o")
    let page = try html.map { try files.place($0, as: "--html") }
    let earlier = try kept(path, isNamed: output != nil)
    let synthesizer = try method.chosenMethod(in: plugins.registry(&files))
    let descriptor = synthesizer.descriptor
    // Checked here, so that a slip is not told by a trial.
    let values = try settings.values(method.flags, for: descriptor)
    let fixed = Dictionary(uniqueKeysWithValues: values.given.map { ($0, values[$0].description) })
    let space = TuningSpace(descriptor.options, fixed: Set(fixed.keys))
    guard space.size > 1 else {
      throw Failure(
        .usage, "\(descriptor.id) has no option left that a search could choose",
        cure: "leave out some --set, or take another --method; see langevin plugins info \(descriptor.id)")
    }

    let clock = Stopwatch()
    let read = try reading.read(data)
    console.report(read.notes)
    try Trainable.check(read, path: data)
    let kept = resume ? earlier : nil
    if resume, kept == nil { console.say("there is no \(path): the search starts anew") }
    if !resume, earlier != nil {
      console.say("\(path) is of an earlier search and will be replaced; --resume would go on from it")
    }
    let seed = try options.seed ?? kept?.subject.seed ?? options.chosenSeed(console)
    let subject = TuningSearch.Subject(
      file: data, rows: read.table.rowCount, method: descriptor.id, fixed: fixed, budget: budget, seed: seed)
    let begun = TuningSearch(subject, space: space, shortest: Self.shortestTrial)
    if let kept, kept.subject != subject || kept.configurations != begun.configurations {
      throw Failure(
        .usage, "\(path) is of another search: its data, method, options, budget or seed differ",
        cure: "give the same as before, or leave out --resume to begin anew")
    }
    let job = try TuningJob(
      method: synthesizer, data: read, seed: seed, threads: options.threadCount, console: console,
      interruption: Interruption { console.say("stopping after this step; Ctrl-C again stops at once") })
    var search = kept ?? begun
    for rung in search.plan.rungs {
      console.detail("\(Wording.count(rung.count, "configuration")), \(Wording.span(rung.seconds)) each")
    }
    let saving = TrialSaving(place: place, console: console)
    do {
      while let next = search.next {
        search.record(try job.tried(next, in: search))
        try saving.save(try Self.json(search), isLast: search.next == nil)
      }
    } catch is CancellationError {
      guard saving.hasSaved || kept != nil else {
        let why = saving.trouble.map { ": the trials could not be saved (\($0))" }
        throw Failure(.interrupted, "interrupted; nothing was written\(why ?? "")")
      }
      let command = CommandEcho().without(options: ["--seed"], flags: ["--resume"]).adding(
        "--seed", String(seed), "--resume")
      throw Failure(
        .interrupted,
        saving.trouble.map { "interrupted; the last trial could not be saved (\($0)): \(path) holds the earlier ones" }
          ?? "interrupted; \(Wording.count(search.trials.count, "trial")) so far in \(path)",
        cure: "to go on: \(command.line)")
    }
    console.endPhase()
    if let page { try page.write(try TuningReport(search).render()) }
    try tell(search, seconds: clock.seconds, path: path)
  }

  private func tell(_ search: TuningSearch, seconds: Double, path: String) throws {
    guard let best = search.best else {
      let reason = search.trials.compactMap(\.failure).first ?? "no reason was given"
      throw Failure(.badData, "no trial came to an end: \(reason)", cure: "see whether langevin synth does")
    }
    let command = self.command(search, best)
    if speaking.json {
      try StandardOutput.write(TuningOutcome(seconds: seconds, best: command, search: search).line)
      return
    }
    if !speaking.quiet, html != "-" {
      try StandardOutput.write(
        TuningText(search, best: best, command: command, width: Terminal.width(of: 1), terminal: .standardOutput).text)
    }
    speaking.console.say("wrote \(([path] + [html].compactMap(\.self)).joined(separator: " and "))")
  }

  /// The command that makes rows with what was found.
  private func command(_ search: TuningSearch, _ best: TuningTrial) -> String {
    let settings = TuningSearch.settings(search.arguments(best.configuration)).flatMap { ["--set", $0] }
    return CommandEcho(
      ["langevin", "synth", search.subject.file, "-o", "synthetic.csv", "--method", search.subject.method] + settings
        + plugins.files.flatMap { ["--plugin", $0] }
    ).line
  }

  private static func name(beside data: String) -> String {
    if let address = try? SQLiteAddress(data) { return address.fileName + ".tuning.json" }
    var name = URL(fileURLWithPath: data).lastPathComponent
    for ending in [".gz", ".csv"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
    return name + ".tuning.json"
  }

  /// The search that a file holds; nil where there is none.
  ///
  /// - Parameter isNamed: whether the user named the file: only then may it hold something else, and be replaced.
  private func kept(_ path: String, isNamed: Bool) throws -> TuningSearch? {
    guard FileManager.default.fileExists(atPath: path), !OutputFile.isStraight(path) else { return nil }
    do {
      return try JSONDecoder().decode(TuningSearch.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      if resume {
        throw Failure(
          .badData, "\(path) does not hold the trials of a search",
          cure: "leave out --resume to begin anew, or name another file")
      }
      if isNamed { return nil }
      throw Failure(
        .usage, "\(path) is where the trials would be written, and holds something else",
        cure: "name another file with -o, or move that one")
    }
  }

  private static func json(_ search: TuningSearch) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(search), as: UTF8.self) + "\n"
  }
}

/// What a search came to, for a program.
struct TuningOutcome: JSONLine {
  var event = "result"
  var command = "tune"
  let seconds: Double
  let best: String
  let search: TuningSearch
}
