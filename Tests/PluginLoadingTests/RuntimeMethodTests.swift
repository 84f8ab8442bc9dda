import DiffusionCore
import DiffusionTesting
import Foundation
import Tables
import Tensors
import Testing

@testable import PluginLoading

/// The methods of loaded plugins, behind the same protocols as those that were compiled in.
@Suite struct RuntimeMethodTests {
  private let scratch = Scratch()

  private func stub(_ macro: String = "STUB_IS_WHOLE") throws -> any Synthesizer {
    let library = try scratch.library(macro.filter { $0.isLetter } + ".so", macro)
    return try #require(try PluginRegistry([try RuntimePlugin(contentsOf: library)]).method("stub") as? any Synthesizer)
  }

  private let data = GeneratedTable.mixed(rows: 50)

  private func fit(
    _ method: any Synthesizer, options: [String: String] = [:], run: TrainingRun = TrainingRun()
  ) throws -> any FittedSynthesizer {
    try method.fit(
      data.table, schema: data.schema, options: try method.descriptor.options(parsing: options), run: run)
  }

  private func rows(_ model: any FittedSynthesizer, _ request: SampleRequest) throws -> Table {
    var pieces: [Table] = []
    try model.sample(request) { pieces.append($0) }
    return try Table.concatenated(pieces)
  }

  @Test func `The plugin sees columns that can be learned, and the rest are made`() throws {
    let model = try fit(try stub())
    let made = try rows(model, SampleRequest(rows: 20))
    #expect(made.columnNames == data.table.columnNames && made.rowCount == 20)
    #expect(made["unit"]?.values == .categories(indices: Array(repeating: 0, count: 20), levels: ["kg"]))
    #expect(made["id"]?.values == .texts((0..<20).map { "ID\(1050 + $0)" }))
    #expect(made["remark"]?.missingCount == 20)
    #expect(model.report.training.steps == 10 && model.report.choices.map(\.name) == ["columns"])
  }

  @Test func `Options reach the plugin, when it learns and when it makes rows`() throws {
    let method = try stub()
    let model = try fit(method, options: ["step": "3"])
    func step(_ model: any FittedSynthesizer, _ options: [String: String]) throws -> Double {
      let values = try method.descriptor.options(parsing: options)
      let made = try rows(model, SampleRequest(rows: 2, options: values))
      guard case .numbers(let numbers)? = made["code"]?.values else { return 0 }
      return numbers[1] - numbers[0]
    }
    #expect(try step(model, [:]) == 3)
    #expect(try step(model, ["step": "5"]) == 5)
    let stored = try method.load(try ModelArchive(data: try model.archive().data()))
    #expect(try step(stored, [:]) == 3)
  }

  @Test func `Progress comes through, and a run can be stopped`() throws {
    let seen = Seen()
    var run = TrainingRun()
    run.shouldContinue = { seen.note($0) < 4 }
    #expect(throws: CancellationError.self) { try fit(try stub(), run: run) }
    #expect(seen.last?.step == 4 && seen.last?.loss == 0.25 && abs((seen.last?.share ?? 0) - 0.4) < 1e-12)
  }

  private final class Seen: @unchecked Sendable {
    // Of one thread: the plugin's calls come one after another.
    private(set) var last: TrainingProgress?
    private var count = 0
    func note(_ progress: TrainingProgress) -> Int {
      last = progress
      count += 1
      return count
    }
  }

  @Test(arguments: [
    "FIELD=offset=INT64_MAX", "FIELD=offset=-1", "FIELD=length=INT64_MAX", "FIELD=length=-1",
    "FIELD=n_children=INT64_MAX",
    "FIELD=n_children=-1", "FIELD=n_buffers=0", "FIELD=n_buffers=INT64_MAX", "FIELD=children=0", "FIELD=null_count=3",
    "FIELD=buffers=0", "FIELD=release=0", "CELLS=offset=INT64_MAX", "CELLS=offset=INT64_MIN", "CELLS=offset=(1LL<<40)",
    "CELLS=length=0", "CELLS=length=-1", "CELLS=n_buffers=1", "CELLS=n_buffers=3", "CELLS=n_buffers=-1",
    "CELLS=buffers=0",
    "CELLS=buffers[1]=0", "CELLS=buffers[1]=(void*)8", "CELLS=buffers=(void*)4096", "CELLS=null_count=5",
    "CELLS=null_count=-2", "CELLS=null_count=INT64_MAX", "CELLS=n_children=2", "CELLS=n_children=INT64_MAX",
    "CELLS=dictionary=(void*)8", "CELLS=dictionary=table", "CELLS=release=0",
  ]) func `A table that cannot be is an error of the plugin`(change: String) throws {
    let library = try scratch.library(change.filter { $0.isLetter || $0.isNumber } + ".so", "STUB_SAMPLES_" + change)
    let plugin = try RuntimePlugin(contentsOf: library)
    let model = try fit(try #require(try PluginRegistry([plugin]).method("stub") as? any Synthesizer))
    let error = #expect(throws: PluginCallError.self) { try rows(model, SampleRequest(rows: 20)) }
    #expect(error?.fault == .plugin && error?.message.hasPrefix("of the table that it made, ") == true)
  }

  @Test func `Announcements and progress without end are held to what can be told`() throws {
    let model = try fit(try stub("STUB_ANNOUNCES"))
    #expect(
      model.report.choices.count == 1000 && model.report.choices.allSatisfy { $0.name != "turn" || $0.reason.isEmpty })
  }

  @Test(arguments: [(1, PluginCallError.Fault.usage), (2, .data), (3, .plugin), (77, .plugin)])
  func `A plugin's own words are the error`(status: Int, fault: PluginCallError.Fault) throws {
    let error = try #require(throws: PluginCallError.self) { try fit(try stub("STUB_FIT_FAILS=\(status)")) }
    #expect(error.fault == fault && error.message == "the first column is too blue; paint it")
    #expect(error.plugin == "stub" && error.function == "fit")
    #expect(error.diagnosis.cure == "paint it" && error.diagnosis.problem.hasSuffix("the first column is too blue"))
  }

  @Test(arguments: [
    ("STUB_SAMPLES_FEW", "it has 9 rows where 10 are wanted"),
    ("STUB_SAMPLES_LEVELS", "column 'group' has the level 4"),
    ("STUB_SAMPLES_INFINITY", "column 'code' is infinite in row 0"), ("STUB_SAMPLES_NAME", "is called 'x'"),
  ]) func `Rows that do not fit are the plugin's fault`(macro: String, message: String) throws {
    let model = try fit(try stub(macro))
    let error = try #require(throws: PluginCallError.self) { try rows(model, SampleRequest(rows: 10)) }
    #expect(error.fault == .plugin && error.message.contains(message), "\(error)")
  }

  @Test func `A model that is not there, or damaged, is an error`() throws {
    #expect(throws: PluginCallError.self) { try fit(try stub("STUB_FIT_IS_EMPTY")) }
    let method = try stub()
    let archive = try fit(method).archive()
    var damaged = ModelArchive(metadata: archive.metadata)
    damaged.add(StoredTensor("plugin.model", [UInt8](repeating: 0, count: 3), shape: [3]))
    let error = try #require(throws: PluginCallError.self) { try method.load(damaged) }
    #expect(error.fault == .data && error.function == "load")
    #expect(throws: ArchiveError.self) { try method.load(ModelArchive(metadata: ["method": "stub"])) }
    #expect(archive.runtimePlugin?.id == "stub" && ModelArchive().runtimePlugin == nil)
  }

  @Test func `Conditions are met by leaving rows out, or are refused`() throws {
    let model = try fit(try stub())
    let made = try rows(
      model,
      SampleRequest(
        rows: 30,
        conditions: [
          CellCondition(column: "group", .levels(["a", "e"])), CellCondition(column: "code", .range(100...500)),
          CellCondition(column: "unit", .levels(["kg"])),
        ]))
    #expect(made.rowCount == 30)
    guard case .categories(let group, _)? = made["group"]?.values, case .numbers(let code)? = made["code"]?.values
    else {
      Issue.record("columns are held otherwise")
      return
    }
    #expect(group.allSatisfy { $0 == 0 || $0 == 3 } && code.allSatisfy { (100...500).contains($0) })
    // Its numbers never go below 0.
    let error = try #require(throws: ConditionError.self) {
      try rows(model, SampleRequest(rows: 3, conditions: [CellCondition(column: "size", .range(-9...(-8)))]))
    }
    #expect(error.description.contains("0 of "))
    #expect(throws: ConditionError.self) {
      try rows(model, SampleRequest(rows: 3, conditions: [CellCondition(column: "unit", .missing)]))
    }
    #expect(!(model is any CompletingModel) && !(model is any ScoringModel))
  }

  @Test func `The laws find what the stub breaks`() throws {
    let failure = try #require(throws: ConformanceFailure.self) { try checkSynthesizer(try stub()) }
    // It counts on from any number, so beyond the data; all else it does right.
    #expect(failure.findings.map(\.law) == ["range"], "\(failure)")
  }

  @Test func `A Gaussian copula in plain C keeps the laws`() throws {
    let library = try scratch.library("copula.so", of: "examples/c-plugin/gaussian_copula.c")
    try checkPlugin(try RuntimePlugin(contentsOf: library))
  }

  @Test func `A Gaussian copula keeps distributions and correlations`() throws {
    let library = try scratch.library("copula.so", of: "examples/c-plugin/gaussian_copula.c")
    let registry = try PluginRegistry([try RuntimePlugin(contentsOf: library)])
    let method = try #require(try registry.method("copula") as? any Synthesizer)
    // y = x + noise of the same size: a correlation of √½; z is whether x is positive; a fifth of y is missing.
    var random = RandomStream(seed: 3)
    let x = (0..<4000).map { _ in Double(random.normal()) }
    let y = x.enumerated().map { $0.offset % 5 == 0 ? .nan : $0.element + Double(random.normal()) }
    let table = Table(columns: [
      Column(name: "x", values: .numbers(x)), Column(name: "y", values: .numbers(y)),
      Column(name: "z", values: .categories(indices: x.map { $0 > 0 ? 1 : 0 }, levels: ["no", "yes"])),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "x", kind: .decimal(digits: 6)),
      ColumnSchema(name: "y", kind: .decimal(digits: 6), missingCount: 800),
      ColumnSchema(name: "z", kind: .boolean, levels: ["no", "yes"]),
    ])
    let model = try method.fit(
      table, schema: schema, options: try OptionValues(as: method.descriptor.options), run: TrainingRun())
    let made = try rows(model, SampleRequest(rows: 20_000, seed: 5))
    guard case .numbers(let a)? = made["x"]?.values, case .numbers(let b)? = made["y"]?.values,
      case .categories(let c, _)? = made["z"]?.values
    else {
      Issue.record("columns are held otherwise")
      return
    }
    // With 4,000 rows a correlation has a standard error of (1 - ρ²)/√n < .01, a mean one of .016, and a share one of
    // .008; four of them, with those of the 20,000 rows that are drawn, are the tolerances.
    let both = zip(a, b).filter { !$0.1.isNaN }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let (meanA, meanB) = (mean(both.map(\.0)), mean(both.map(\.1)))
    func moment(_ f: ((Double, Double)) -> Double) -> Double { mean(both.map(f)) }
    let correlation =
      moment { ($0.0 - meanA) * ($0.1 - meanB) }
      / (moment { ($0.0 - meanA) * ($0.0 - meanA) } * moment { ($0.1 - meanB) * ($0.1 - meanB) }).squareRoot()
    #expect(abs(correlation - 0.5.squareRoot()) < 0.05)
    #expect(abs(mean(a)) < 0.08 && abs(Double(b.count - both.count) / 20_000 - 0.2) < 0.02)
    // The sign of a latent variable tells almost all of x's: a correlation of .99, at which it is capped, leaves
    // arccos(.99)/π = 4.5 % on the wrong side.
    let agreement = mean(zip(a, c).map { ($0 > 0) == ($1 == 1) ? 1 : 0 })
    #expect(agreement > 0.93)
  }
}
