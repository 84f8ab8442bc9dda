import DiffusionCore
import Foundation
import TabularDDPM
import Tables
import Tensors
import Testing

@Suite("TabDDPM: method")
struct DDPMMethodTests {
  @Test(arguments: ["mlp", "residual-mlp", "column-transformer"])
  func `Rows are like the table's`(denoiser: String) throws {
    let data = DDPMTables.mixed(rows: 1500)
    let model = try DDPMTables.fit(
      data, steps: denoiser == "column-transformer" ? 300 : 700, threads: 2,
      ["denoiser": denoiser, "width": "64", "diffusion-steps": "50"])
    let made = try DDPMTables.sample(model, rows: 2000, threads: 2)
    #expect(made.rowCount == 2000 && made.columnNames == data.table.columnNames)
    let groups = made.levels("group"), sizes = made.numbers("size")
    for (index, level) in ["a", "b", "c"].enumerated() {
      let own = sizes.indices.filter { groups[$0] == level }
      let share = Double(own.count) / 2000
      #expect(isNear(share, 1.0 / 3, relative: 0, absolute: 0.08))
      // Groups are 25 apart with a deviation of 2.5. Their scores touch, so that a little blur crosses the border.
      let middle = 25 * Double(index)
      let near = own.count { (row: Int) -> Bool in abs(sizes[row] - middle) < 12.5 }
      #expect(near * 4 > own.count * 3)
    }
    let codes: [String: Double] = ["a": 10, "b": 11, "c": 12]
    #expect(groups.map { codes[$0 ?? ""] ?? .nan } == made.numbers("code"))
    #expect(sizes.allSatisfy { ($0 * 4).rounded() == $0 * 4 })
    let ages = made.numbers("age"), present = ages.filter { !$0.isNaN }
    #expect(isNear(Double(present.count) / 2000, 0.8, relative: 0, absolute: 0.08))
    #expect(present.allSatisfy { $0 >= 20 && $0 < 80 && $0 == $0.rounded() })
    #expect(made.levels("unit").allSatisfy { $0 == "kg" })
    if case .texts(let made)? = made["id"]?.values, case .texts(let old)? = data.table["id"]?.values {
      #expect(Set(made).count == 2000 && Set(made).isDisjoint(with: old))
    }
  }

  @Test func `Conditions hold in every row`() throws {
    let model = try DDPMTables.fit(DDPMTables.mixed(rows: 800), steps: 200)
    var made = try DDPMTables.sample(model, rows: 200, ["group=b", "age=41"])
    #expect(made.levels("group").allSatisfy { $0 == "b" } && made.numbers("age").allSatisfy { $0 == 41 })
    #expect(made.numbers("code").allSatisfy { $0 == 11 })
    made = try DDPMTables.sample(model, rows: 300, ["age=30..40"])
    #expect(made.rowCount == 300 && made.numbers("age").allSatisfy { (30...40).contains($0) })
    #expect(Set(made.numbers("age")).count > 8)
    made = try DDPMTables.sample(model, rows: 300, ["age=30..40", "group=a|b", "size=..20"])
    #expect(made.rowCount == 300 && made.numbers("age").allSatisfy { (30...40).contains($0) })
    #expect(made.levels("group").allSatisfy { $0 != "c" } && made.numbers("size").allSatisfy { $0 <= 20 })
    made = try DDPMTables.sample(model, rows: 100, ["code=12"])
    #expect(made.levels("group").allSatisfy { $0 == "c" })
    made = try DDPMTables.sample(model, rows: 100, ["note=", "age="])
    #expect(made.levels("note").allSatisfy { $0 == nil } && made.numbers("age").allSatisfy { $0.isNaN })
    // Next to impossible, so that rejection gives way.
    made = try DDPMTables.sample(model, rows: 20, ["group=a", "size=49..52"])
    #expect(made.rowCount == 20 && made.numbers("size").allSatisfy { (49...52).contains($0) })
  }

  @Test func `A range that the decimals cannot meet is an error`() throws {
    let model = try DDPMTables.fit(DDPMTables.mixed(rows: 200), steps: 5)
    #expect(throws: ConditionError.self) { try DDPMTables.sample(model, rows: 5, ["age=30.2..30.8"]) }
  }

  @Test func `Conditioning on a category moves the numbers that depend on it`() throws {
    let model = try DDPMTables.fit(DDPMTables.mixed(rows: 1500), steps: 500, threads: 2, ["width": "64"])
    for (index, level) in ["a", "b", "c"].enumerated() {
      let sizes = try DDPMTables.sample(model, rows: 200, ["group=\(level)"]).numbers("size").sorted()
      #expect(isNear(sizes[100], 25 * Double(index), relative: 0, absolute: 3))
    }
  }

  @Test func `Given cells stay and empty ones are filled`() throws {
    let data = DDPMTables.mixed(rows: 600)
    let model = try DDPMTables.fit(data, steps: 200)
    var partial = data.table.rows(0..<100)
    partial.columns[0].values = .categories(indices: (0..<100).map { $0 % 2 == 0 ? -1 : 1 }, levels: ["a", "b", "c"])
    var parts: [Table] = []
    try model.complete(partial, SampleRequest(rows: 0, seed: 3)) { parts.append($0) }
    let made = try Table.concatenated(parts)
    #expect(made.rowCount == 100)
    let groups = made.levels("group"), codes: [Double: String] = [10: "a", 11: "b", 12: "c"]
    #expect(made.numbers("size") == partial.numbers("size") && made.numbers("code") == partial.numbers("code"))
    for (filled, given) in zip(made.numbers("age"), partial.numbers("age")) {
      #expect(given.isNaN ? !filled.isNaN : filled == given)
    }
    #expect(made.levels("note").allSatisfy { $0 != nil })
    for (row, group) in groups.enumerated() {
      // The derived column tells which group an empty cell was.
      #expect(group == (row % 2 == 1 ? "b" : codes[partial.numbers("code")[row]]))
    }
  }

  @Test func `Missing cells can be left out`() throws {
    let model = try DDPMTables.fit(DDPMTables.mixed(rows: 300), steps: 30)
    let made = try DDPMTables.sample(model, rows: 300, includesMissing: false)
    #expect(made.numbers("age").allSatisfy { !$0.isNaN } && made.levels("note").allSatisfy { $0 != nil })
  }

  @Test(arguments: [(1, 0), (0, 1), (5, 0), (0, 4), (2, 2)])
  func `Tables of one kind or one column work, small and large`(shape: (numbers: Int, categories: Int)) throws {
    for rows in [10, 300] {
      let data = DDPMTables.plain(rows: rows, numbers: shape.numbers, categories: shape.categories)
      let model = try DDPMTables.fit(data, steps: 20)
      let made = try DDPMTables.sample(model, rows: 50)
      #expect(made.rowCount == 50)
      for column in made.columns {
        #expect(column.missingCount == 0)
        guard case .numbers(let values) = column.values else { continue }
        let range = data.table.numbers(column.name)
        #expect(values.allSatisfy { $0.isFinite && $0 >= range.min()! && $0 <= range.max()! })
      }
    }
  }

  @Test func `What cannot be learned is an error`() throws {
    let few = DDPMTables.plain(rows: 3, numbers: 1, categories: 1)
    #expect(throws: (any Error).self) { try DDPMTables.fit(few) }
    let mixed = DDPMTables.mixed(rows: 50)
    let constant = (Table(columns: [mixed.table.columns[5]]), Schema(columns: [mixed.schema.columns[5]]))
    #expect(throws: (any Error).self) { try DDPMTables.fit(constant) }
  }

  @Test(arguments: ["ddpm", "ddim", "dpm-solver-2m"])
  func `Every sampler and number of evaluations gives finite rows`(sampler: String) throws {
    let model = try DDPMTables.fit(DDPMTables.mixed(rows: 400), steps: 100, ["schedule": "linear"])
    let descriptor = TabularDDPMMethod().descriptor
    for count in ["1", "2", "7", "20", "auto"] {
      let options = try descriptor.options(parsing: ["sampler": sampler, "evaluations": count, "eta": "0.5"])
      let made = try DDPMTables.sample(model, rows: 60, includesMissing: false, options: options)
      #expect(made.columns.dropLast(2).allSatisfy { $0.missingCount == 0 })
    }
  }

  @Test func `The seed decides, not the threads`() throws {
    let data = DDPMTables.mixed(rows: 700)
    let one = try DDPMTables.fit(data, steps: 40, threads: 1), two = try DDPMTables.fit(data, steps: 40, threads: 2)
    let first = try DDPMTables.sample(one, rows: 600, seed: 4, threads: 1)
    #expect(try DDPMTables.sample(two, rows: 600, seed: 4, threads: 2) == first)
    #expect(try DDPMTables.sample(one, rows: 600, seed: 5) != first)
    #expect(try DDPMTables.sample(try DDPMTables.fit(data, steps: 40, seed: 2), rows: 600, seed: 4) != first)
  }

  @Test func `A stored model makes the same rows`() throws {
    let model = try DDPMTables.fit(
      DDPMTables.mixed(rows: 300), steps: 30, ["denoiser": "residual-mlp", "sampler": "ddim"])
    let bytes = try model.archive().data()
    let loaded = try TabularDDPMMethod().load(try ModelArchive(data: bytes))
    #expect(loaded.schema == model.schema && loaded.report == model.report)
    #expect(try DDPMTables.sample(loaded, rows: 100) == DDPMTables.sample(model, rows: 100))
    #expect(try loaded.archive().data() == bytes)
  }

  @Test func `The report judges by rows that were held out`() throws {
    let model = try DDPMTables.fit(DDPMTables.mixed(rows: 500), steps: 300)
    #expect(model.report.heldOutRows == 50 && model.report.trainingRows == 450)
    #expect(model.report.training.steps == 300 && model.report.heldOutLoss != nil)
    #expect(!model.report.explanation.isEmpty && model.report.parameters > 0)
    let curve = model.report.training.curve.compactMap(\.heldOut)
    #expect((curve.last ?? 9) < (curve.first ?? 0))
  }

  @Test func `A run that was stopped goes on to the same rows`() throws {
    let data = DDPMTables.mixed(rows: 300)
    let path = FileManager.default.temporaryDirectory.appending(path: "ddpm-\(UUID().uuidString).checkpoint").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let method = TabularDDPMMethod()
    let options = try method.descriptor.options(parsing: ["width": "16", "layers": "1", "diffusion-steps": "10"])
    var run = TrainingRun()
    run.steps = 80
    let whole = try method.fit(data.table, schema: data.schema, options: options, run: run)
    run.checkpoint = CheckpointPolicy(path: path, resumes: true)
    run.shouldContinue = { $0.step < 33 }
    #expect(throws: CancellationError.self) {
      try method.fit(data.table, schema: data.schema, options: options, run: run)
    }
    run.shouldContinue = { _ in true }
    let resumed = try method.fit(data.table, schema: data.schema, options: options, run: run)
    #expect(try DDPMTables.sample(resumed, rows: 50) == DDPMTables.sample(whole, rows: 50))
  }

  @Test func `Choices are announced with the flag that changes them`() throws {
    let data = DDPMTables.mixed(rows: 100)
    let method = TabularDDPMMethod()
    let heard = Heard()
    var run = TrainingRun()
    run.announce = { heard.add($0) }
    run.shouldContinue = { _ in false }
    let options = try method.descriptor.options(parsing: [:])
    #expect(throws: CancellationError.self) {
      try method.fit(data.table, schema: data.schema, options: options, run: run)
    }
    #expect(heard.choices.contains { $0.name == "budget" && $0.flag == "--budget" })
    #expect(heard.choices.contains { $0.name == "network" })
  }
}

/// Collects announcements.
private final class Heard: @unchecked Sendable {
  private let lock = NSLock()
  private var all: [Choice] = []
  func add(_ choice: Choice) { lock.withLock { all.append(choice) } }
  var choices: [Choice] { lock.withLock { all } }
}
