import DiffusionCore
import DiffusionTesting
import Foundation
import Tables
import Tensors
import Testing

@testable import ForestFlow

@Suite("Forest flow: method")
struct ForestFlowMethodTests {
  @Test func `It keeps the laws of plugins`() throws { try checkPlugin(ForestFlowPlugin()) }

  @Test func `Rows are like the table's`() throws {
    let data = ForestTables.mixed(rows: 600)
    let model = try ForestTables.fit(data, steps: nil, threads: 2, ["times": "10", "duplicates": "10"])
    let made = try ForestTables.sample(model, rows: 1500, threads: 2)
    #expect(made.rowCount == 1500 && made.columnNames == data.table.columnNames)
    let groups = made.levels("group"), sizes = made.numbers("size"), ages = made.numbers("age")
    // Shares of 1,500 rows have standard errors up to .013, those of the 600 of the table .02: .07 is three of both.
    func share(_ table: Table, _ level: String) -> Double {
      Double(table.levels("group").count { $0 == level }) / Double(table.rowCount)
    }
    for (index, level) in ForestTables.groups.enumerated() {
      #expect(abs(share(made, level) - share(data.table, level)) < 0.07)
      // Groups are 20 apart with a deviation of 2. With so few copies and moments one row in eight takes the group of one
      // mode and the size of another; chance would have two in three.
      let own = sizes.indices.filter { groups[$0] == level }
      #expect(own.count { abs(sizes[$0] - Double(20 * index)) < 10 } * 5 > own.count * 4)
    }
    #expect(made.numbers("code") == groups.map { Double(10 + ForestTables.groups.firstIndex(of: $0!)!) })
    #expect(sizes.allSatisfy { ($0 * 4).rounded() == $0 * 4 })
    #expect(made.numbers("count").allSatisfy { [0, 1, 2, 5].contains($0) })
    // Missing as often as in the data: patterns are drawn with their counts. Four standard errors.
    let expected = Double(data.table.numbers("age").count { $0.isNaN }) / 600
    let rate = Double(ages.count { $0.isNaN }) / 1500
    #expect(abs(rate - expected) < 4 * (expected * (1 - expected) / 1500).squareRoot())
    #expect(zip(ages, made.levels("note")).allSatisfy { $0.isNaN == ($1 == nil) })
    // And more often in the first group, as in the data (.4 and .1).
    func missing(_ level: String) -> Double {
      let own = ages.indices.filter { groups[$0] == level }
      return Double(own.count { ages[$0].isNaN }) / Double(own.count)
    }
    #expect(missing("a") > 0.25 && missing("b") < 0.2)
    #expect(Set(made.texts("id")).count == 1500 && Set(made.texts("id")).isDisjoint(with: data.table.texts("id")))
    #expect(model.report.verdict != .memorising && model.report.heldOutLoss != nil)
    #expect(model.report.training.byNoise?.count == 5)
    #expect(model.report.training.curve.last?.step == model.report.training.steps)
  }

  @Test func `The same seed gives the same rows, with any number of threads, and a file keeps them`() throws {
    let data = ForestTables.mixed(rows: 150)
    let one = try ForestTables.fit(data, ["label": "group"])
    let two = try ForestTables.fit(data, threads: 2, ["label": "group"])
    let bytes = try one.archive().data()
    // Seconds differ, trees do not.
    #expect(try one.archive().tensors == two.archive().tensors)
    let read = try ForestFlowMethod().load(ModelArchive(data: bytes))
    let rows = try ForestTables.sample(one, rows: 80)
    #expect(try ForestTables.sample(two, rows: 80, threads: 2) == rows)
    #expect(try ForestTables.sample(read, rows: 80) == rows && read.report == one.report)
    #expect(try ForestTables.sample(one, rows: 80, seed: 6) != rows)
    #expect(try ForestTables.fit(data, seed: 2, ["label": "group"]).archive().tensors != one.archive().tensors)
  }

  @Test func `Conditions hold in every row`() throws {
    let data = ForestTables.mixed(rows: 300)
    let model = try ForestTables.fit(data, ["label": "group"])
    var made = try ForestTables.sample(model, rows: 100, ["group=b", "age="])
    #expect(made.rowCount == 100 && made.levels("group").allSatisfy { $0 == "b" })
    #expect(made.numbers("age").allSatisfy { $0.isNaN } && made.levels("note").allSatisfy { $0 == nil })
    made = try ForestTables.sample(model, rows: 100, ["code=10..11", "age=30..60", "note=yes"])
    #expect(made.rowCount == 100 && made.levels("group").allSatisfy { $0 != "c, d" })
    #expect(made.numbers("age").allSatisfy { (30...60).contains($0) } && made.levels("note").allSatisfy { $0 == "yes" })
    #expect(Set(made.texts("id")).count == 100)
    made = try ForestTables.sample(model, rows: 100, includesMissing: false)
    #expect(made.numbers("age").allSatisfy { !$0.isNaN } && made.levels("note").allSatisfy { $0 != nil })
  }

  @Test func `What cannot be is an error with a cure`() throws {
    let data = ForestTables.mixed(rows: 120)
    let model = try ForestTables.fit(data, steps: nil, ["label": "group", "trees": "40"])
    // Groups are 20 apart: no row of the first is as large.
    #expect(throws: ConditionError.self) { try ForestTables.sample(model, rows: 5, ["group=a", "size=38.."]) }
    #expect(throws: ConditionError.self) { try ForestTables.sample(model, rows: 5, ["age=", "note=yes"]) }
    #expect(throws: ConditionError.self) { try ForestTables.sample(model, rows: 5, ["age="], includesMissing: false) }
    for condition in [
      CellCondition(column: "id", .levels(["ID1"])), CellCondition(column: "size", .missing),
      CellCondition(column: "no such", .missing),
    ] {
      #expect(throws: ConditionError.self) {
        try model.sample(SampleRequest(rows: 1, conditions: [condition])) { _ in }
      }
    }
    #expect(throws: FitError.tooFewRows(5)) { try ForestTables.fit(ForestTables.mixed(rows: 5)) }
    let constant = (
      Table(columns: [data.table.columns[9]]), Schema(columns: [data.schema.columns[9]])
    )
    #expect(throws: FitError.nothingToModel) { try ForestTables.fit(constant) }
    #expect(throws: OptionError.self) { try ForestTables.fit(data, ["depth": "0"]) }
    #expect(throws: FlowError.self) { try ForestTables.fit(data, ["label": "size"]) }
  }

  @Test func `Steps decide without the clock, and too few are said to be`() throws {
    let data = ForestTables.mixed(rows: 250)
    let model = try ForestTables.fit(data, steps: 16, ["duplicates": "auto"])
    let told = model.report.choices
    #expect(model.report.training.steps == 16 && model.report.verdict == .underfitted)
    #expect(told.first { $0.name == "duplicates" }?.value == "20")
    #expect(told.allSatisfy { $0.repeating == nil })
    // In time: the settings that repeat the run are told.
    let timed = try ForestTables.fit(data, steps: nil, ["duplicates": "auto", "times": "auto"]) { $0.budget = 2 }
    let settings = timed.report.choices.compactMap(\.repeating)
    #expect(settings.count >= 2)
    let given = Dictionary(
      uniqueKeysWithValues: settings.map { text in
        let parts = text.split(separator: "=").map(String.init)
        return (parts[0], parts[1])
      })
    let again = try ForestTables.fit(data, steps: timed.report.training.steps, given)
    #expect(try again.archive().tensors == timed.archive().tensors)
  }

  @Test func `A run that was stopped goes on to the same result`() throws {
    let data = ForestTables.mixed(rows: 150)
    // Trials of 5 · 10 rounds, then 8 · 10: the run is stopped when half of its forests are grown.
    let options = ["trees": "10"]
    let whole = try ForestTables.fit(data, steps: 80, options)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("forest-\(UInt32.random(in: 0 ... .max))")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let stop = Counter(after: 95)
    #expect(throws: CancellationError.self) {
      try ForestTables.fit(data, steps: 80, options) { run in
        run.checkpoint = CheckpointPolicy(path: path, resumes: false)
        run.shouldContinue = { _ in stop.goesOn() }
      }
    }
    let archive = try ModelArchive(contentsOf: path)
    #expect(archive.metadata["seed"] == "1" && archive.tensors.count == 4 * 5)
    func resumed(_ steps: Int, threads: Int) throws -> any FittedSynthesizer {
      try ForestTables.fit(data, steps: steps, threads: threads, options) {
        $0.checkpoint = CheckpointPolicy(path: path, resumes: true)
      }
    }
    #expect(try resumed(80, threads: 2).archive().tensors == whole.archive().tensors)
    #expect(throws: CheckpointError.otherRun(path)) { try resumed(81, threads: 1) }
  }

  @Test func `A part of the rows is learned, the same again after an interruption`() throws {
    let data = ForestTables.mixed(rows: 400)
    // Few rows: each level has some all the same.
    let options = ["trees": "6", "rows": "12", "label": "group"]
    let whole = try ForestTables.fit(data, steps: 48, options)
    #expect(whole.report.choices.first { $0.name == "rows" }?.value == "12 of 400 are learned")
    #expect(try ForestTables.fit(data, steps: 48, threads: 2, options).archive().tensors == whole.archive().tensors)
    #expect(
      try ForestTables.fit(data, steps: 48, options.merging(["rows": "auto"]) { $1 }).archive().tensors
        != whole.archive().tensors)
    // More than there are: all.
    let all = try ForestTables.fit(data, steps: 48, options.merging(["rows": "4000"]) { $1 })
    #expect(
      try all.archive().tensors
        == ForestTables.fit(data, steps: 48, options.merging(["rows": "auto"]) { $1 }).archive().tensors)
    #expect(Set(try ForestTables.sample(whole, rows: 300).levels("group")).count == 3)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("forest-\(UInt32.random(in: 0 ... .max))")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let trials = 5 * 3 * 6, stop = Counter(after: trials + 40)
    #expect(throws: CancellationError.self) {
      try ForestTables.fit(data, steps: 48, options) { run in
        run.checkpoint = CheckpointPolicy(path: path, resumes: false)
        run.shouldContinue = { _ in stop.goesOn() }
      }
    }
    let resumed = try ForestTables.fit(data, steps: 48, options) {
      $0.checkpoint = CheckpointPolicy(path: path, resumes: true)
    }
    #expect(try resumed.archive().tensors == whole.archive().tensors)
  }

  @Test func `In next to no time rows and trials are left out, and settings repeat that`() throws {
    let data = ForestTables.mixed(rows: 1500)
    let automatic = ["duplicates": "auto", "times": "auto", "depth": "auto", "bins": "auto"]
    let timed = try ForestTables.fit(data, steps: nil, automatic) {
      $0.budget = 0.1
      $0.deadline = Deadline(seconds: 0.1)
      $0.rowsToMake = 1500
    }
    let settings = timed.report.choices.compactMap(\.repeating)
    #expect(Set(settings.compactMap { $0.split(separator: "=").first }).isSuperset(of: ["rows", "trees", "bins"]))
    #expect(timed.report.heldOutLoss == nil && timed.report.explanation.contains("--budget"))
    let given = Dictionary(
      uniqueKeysWithValues: settings.map { text in
        let parts = text.split(separator: "=").map(String.init)
        return (parts[0], parts[1])
      })
    let again = try ForestTables.fit(
      data, steps: timed.report.training.steps, automatic.merging(given) { $1 })
    #expect(try again.archive().tensors == timed.archive().tensors)
    #expect(again.report.heldOutLoss != nil)
  }

  @Test func `A trial that takes too long is given up`() throws {
    let data = ForestTables.mixed(rows: 1500), options = try ForestFlowMethod().descriptor.options(parsing: [:])
    let coding = try FlowCoding(fitting: data.table, schema: data.schema, label: nil, derives: true)
    var run = TrainingRun()
    run.seed = 1
    let random = RandomStream(seed: 1)
    let training = ForestTraining(
      data: coding.encode(data.table), width: coding.width, labels: Array(repeating: 0, count: 1500), parts: 1,
      split: HeldOutSplit(rows: 1500, most: 200, random: random), random: random, run: run)
    // The pace promised more than the machine does.
    let lap = GrowthPace.Lap(rows: 500, bins: 16, seconds: 1e-9)
    let time = ForestTime(
      deadline: 0.05, work: ForestWork(rows: 1500),
      pace: ForestPace(growth: GrowthPace(lap, moreBins: nil, moreRows: nil, depth: 6)))
    var state = ForestState(fingerprint: "", plan: ForestPlan(options, rows: 1500), width: coding.width)
    state.plan.duplicates = 1
    let result = try training.grow(&state, steps: nil, time: time)
    let trees = try #require(state.plan.timedTrees)
    #expect(result.trial == nil && result.rounds == Array(repeating: trees, count: 8))
    #expect((1...ForestPlan.usualTrees).contains(trees))
  }

  @Test(arguments: [(1, 0), (0, 1), (5, 0), (0, 4)])
  func `Tables of one kind work, small and large`(shape: (numbers: Int, categories: Int)) throws {
    for rows in [10, 200] {
      let data = ForestTables.mixed(rows: rows)
      let places =
        (shape.numbers == 0 ? [] : Array([3, 5, 4, 6, 2].prefix(shape.numbers)))
        + (shape.categories == 0 ? [] : Array([1, 7, 8, 9].prefix(shape.categories)))
      let model = try ForestTables.fit(
        (Table(columns: places.map { data.table.columns[$0] }), Schema(columns: places.map { data.schema.columns[$0] }))
      )
      #expect(try ForestTables.sample(model, rows: 30).rowCount == 30)
    }
  }

  @Test func `A model by which a column misses cells that never did is refused`() throws {
    var archive = try ForestTables.fit(ForestTables.mixed(rows: 120), steps: 5).archive()
    let text = try #require(archive.metadata["model"])
    var contents = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    var coding = try #require(contents["coding"] as? [String: Any])
    var patterns = try #require(coding["patterns"] as? [String: Any])
    let columns = try #require(coding["columns"] as? [[String: Any]]).compactMap { $0["column"] as? Int }
    var missing = try #require(patterns["columns"] as? [Int])
    missing[0] = try #require(columns.first { !missing.contains($0) })
    patterns["columns"] = missing
    coding["patterns"] = patterns
    contents["coding"] = coding
    archive.setText(String(decoding: try JSONSerialization.data(withJSONObject: contents), as: UTF8.self), for: "model")
    let error = #expect(throws: ArchiveError.self) { try ForestFlowMethod().load(archive) }
    #expect(error?.description.contains("patterns.columns") == true, "\(error?.description ?? "")")
  }
}

/// Says when to stop, from any thread.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var left: Int
  init(after count: Int) { left = count }
  func goesOn() -> Bool {
    lock.withLock {
      left -= 1
      return left > 0
    }
  }
}
