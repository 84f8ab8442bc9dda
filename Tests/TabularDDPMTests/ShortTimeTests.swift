import DiffusionCore
import Foundation
import NeuralNetworks
import Synchronization
@testable import TabularDDPM
import Tables
import Testing

@Suite("Methods with little time")
struct ShortTimeTests {
  private func run(seconds: Double, rowsToMake: Int = 400) -> TrainingRun {
    var run = SmallTables.run(steps: 0)
    (run.steps, run.budget, run.rowsToMake) = (nil, seconds, rowsToMake)
    run.deadline = Deadline(seconds: seconds)
    return run
  }

  private func sampled(
    _ model: any FittedSynthesizer, options: OptionValues, deadline: Deadline?
  ) throws -> (table: Table, choices: [Choice]) {
    let list = Recorded()
    var request = SampleRequest(rows: 400, seed: 3, options: options)
    request.deadline = deadline
    request.announce = { list.add($0) }
    return (try SmallTables.sample(model, request), list.all)
  }

  /// Choices that were announced.
  private final class Recorded: Sendable {
    private let list = Mutex<[Choice]>([])
    func add(_ choice: Choice) { list.withLock { $0.append(choice) } }
    var all: [Choice] { list.withLock { $0 } }
  }

  @Test("rows get fewer evaluations where time is short, and the setting that is named repeats them")
  func evaluations() throws {
    let (table, schema) = SmallTables.mixed(rows: 600)
    for method in [TabularMasked() as any Synthesizer, TabularDDPMMethod()] {
      let text = ["width": "32", "batch": "128"]
      let options = try method.descriptor.options(parsing: text)
      let model = try method.fit(table, schema: schema, options: options, run: SmallTables.run(steps: 20))
      let late = try sampled(model, options: options, deadline: Deadline(seconds: 1, spent: 1))
      let choice = try #require(late.choices.first { $0.name == "evaluations" })
      let setting = try #require(choice.repeating).split(separator: "=").map(String.init)
      let again = try sampled(
        model, options: try method.descriptor.options(parsing: text.merging([setting[0]: setting[1]]) { $1 }),
        deadline: nil)
      #expect(again.table == late.table && again.choices.isEmpty)
      let early = try sampled(model, options: options, deadline: Deadline(seconds: 10_000))
      #expect(early.choices.isEmpty)
      #expect(try early.table == sampled(model, options: options, deadline: nil).table)
      #expect(early.table != late.table)
    }
  }

  @Test("the network that trials had time for is named, and its settings repeat the run")
  func trials() throws {
    let (table, schema) = SmallTables.mixed(rows: 600)
    let method = TabularMasked()
    let first = try method.fit(
      table, schema: schema, options: method.descriptor.options(parsing: [:]), run: run(seconds: 6))
    let settings = first.report.choices.compactMap(\.repeating)
    #expect(settings.contains { $0.hasPrefix("width=") } && settings.contains { $0.hasPrefix("dropout=") })
    let parsed = Dictionary(
      uniqueKeysWithValues: settings.map { setting in
        let parts = setting.split(separator: "=").map(String.init)
        return (parts[0], parts[1])
      })
    var sameSteps = SmallTables.run(steps: first.report.training.steps)
    // On a busy machine the rate may have had to fall faster.
    sameSteps.falls = first.report.training.falls
    let again = try method.fit(
      table, schema: schema, options: method.descriptor.options(parsing: parsed), run: sameSteps)
    let request = SampleRequest(rows: 100, seed: 3)
    #expect(try SmallTables.sample(again, request) == SmallTables.sample(first, request))
  }

  @Test("a run that goes on keeps its network, however little time is left for trials")
  func resumed() throws {
    let (table, schema) = SmallTables.mixed(rows: 600)
    let method = TabularMasked(), options = try method.descriptor.options(parsing: [:])
    let folder = FileManager.default.temporaryDirectory.appending(path: "langevin-short-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "out.checkpoint").path
    let list = Recorded()
    var first = run(seconds: 1000)
    first.budget = 1000
    first.checkpoint = CheckpointPolicy(path: path, resumes: false)
    first.announce = { list.add($0) }
    first.shouldContinue = { $0.step < 60 }
    #expect(throws: CancellationError.self) {
      try method.fit(table, schema: schema, options: options, run: first)
    }
    let network = try #require(list.all.first { $0.name == "network" })
    var second = run(seconds: 1)
    second.deadline = Deadline(seconds: 1, spent: 1)
    second.checkpoint = CheckpointPolicy(path: path, resumes: true)
    let model = try method.fit(table, schema: schema, options: options, run: second)
    #expect(model.report.choices.first { $0.name == "network" } == network)
    #expect(model.report.training.steps > 60)
    // Nothing was kept of a run that does not go on.
    #expect(CheckpointPolicy(path: path, resumes: false).kept(String.self, as: "network") == nil)
  }
}
