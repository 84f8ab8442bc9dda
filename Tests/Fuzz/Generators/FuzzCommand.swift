import ArgumentParser
import Foundation

/// Attacks the program with inputs made at random. `fuzz models --seed 1 --count 5000`.
///
/// Case number `i` of a seed is always the same, so that one that fails can be repeated: `fuzz models --seed 1
/// --first i --count 1`. Cases run in a process of their own; one that ends by a signal, takes too long or too much
/// memory is counted, and the next process goes on after it.
public struct FuzzCommand: ParsableCommand {
  /// The name and what it is for.
  public static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Attacks the program with inputs made at random; exit status 1 where one fails.")

  /// All areas.
  static let areas: [any FuzzArea] = [ModelsArea(), ArrowArea(), TablesArea(), SchemasArea(), ConditionsArea()]

  @Argument(help: "The areas to attack; all by default.") var areas: [String] = []
  @Option(help: "The same seed makes the same cases.") var seed: UInt64 = 1
  @Option(help: "The number of the first case.") var first = 0
  @Option(help: "How many cases of each area.") var count: Int?
  @Option(help: "How long each area is attacked.") var minutes: Double?
  @Option(help: "Where the files of cases that fail are kept.") var keep: String?
  @Option(help: "Seconds that a step of a case may take.") var seconds = 5.0
  @Option(help: "Megabytes that a case may take; 0 for any, as sanitizers need.") var memory = 1000
  @Option(help: .hidden) var batch: String?
  @Option(help: .hidden) var folder: String?

  /// Makes a command that has not been parsed.
  public init() {}

  /// Runs the cases.
  public func run() throws {
    let chosen = try areas.map { name in
      guard let area = Self.areas.first(where: { $0.name == name }) else {
        throw ValidationError("there is no area '\(name)'; there are \(Self.areas.map(\.name).joined(separator: ", "))")
      }
      return area
    }
    let keptIn = keep.map { URL(fileURLWithPath: $0) }
    if let batch, let folder, let area = chosen.first {
      let ends = batch.split(separator: "-").compactMap { Int($0) }
      guard ends.count == 2, ends[0] <= ends[1] else { throw ValidationError("--batch is FIRST-END") }
      return FuzzBatch(area: area, seed: seed, folder: URL(fileURLWithPath: folder), keep: keptIn, megabytes: memory)
        .run(
          ends[0]..<ends[1])
    }
    var failures = 0
    for area in chosen.isEmpty ? Self.areas : chosen {
      let campaign = FuzzCampaign(
        area: area, seed: seed, first: first, count: count ?? (minutes == nil ? 1000 : .max >> 1),
        deadline: minutes.map { ProcessInfo.processInfo.systemUptime + 60 * $0 }, keep: keptIn,
        limits: .init(seconds: seconds, megabytes: memory))
      let tally = try campaign.run()
      print(tally.text)
      failures += tally.failures.count
    }
    if failures > 0 { throw ExitCode(1) }
  }
}
