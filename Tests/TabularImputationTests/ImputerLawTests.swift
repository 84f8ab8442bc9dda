import ChainedImputation
import DiffusionCore
import DiffusionTesting
import Foundation
import Tables
import Tensors
import Testing

@testable import TabularDDPM
@testable import TabularImputation

/// What every imputer of tables keeps.
@Suite("Laws of imputers of tables")
struct ImputerLawTests {
  static let imputers: [(id: String, imputer: any TableImputer)] = [
    ("mean-mode", MeanMode()), ("knn", NearestDonors()), ("chained-ridge", ChainedRidge()),
    ("chained-forests", ChainedForests()), ("tabular-masked", TabularMasked()),
    ("chained-diffusion", ChainedDiffusion()),
  ]
  static let ids = imputers.map(\.id)

  static func imputer(_ id: String) -> any TableImputer { imputers.first { $0.id == id }!.imputer }

  static func fitted(
    _ id: String, _ table: Table, _ schema: Schema, threads: Int = 1, steps: Int = 40
  ) throws -> any FittedImputer {
    let imputer = imputer(id)
    var texts: [String: String] = [:]
    if imputer.descriptor.options.contains(where: { $0.name == "width" }) { texts = ["width": "32", "dropout": "0.1"] }
    if imputer.descriptor.options.contains(where: { $0.name == "trees" }) { texts["trees"] = "10" }
    var run = TrainingRun()
    run.seed = 3
    run.threads = threads
    run.steps = steps
    return try imputer.fitImputer(
      table, schema: schema, options: try imputer.descriptor.options(parsing: texts), run: run)
  }

  @Test("both plugins keep the laws of plugins")
  func plugins() throws {
    try checkPlugin(TabularImputationPlugin())
    let registry = try PluginRegistry([CorePlugin(), TabularDDPMPlugin(), TabularImputationPlugin()])
    let found = registry.methods(as: (any TableImputer).self)
    #expect(
      found.count == registry.methods(for: .impute).count && registry.methods(as: (any SeriesImputer).self).isEmpty)
    #expect(Set(found.map(\.descriptor.id)) == Set(Self.ids))
    #expect(found.first?.descriptor.id == "chained-diffusion", "the first method for a task is its default")
    #expect(
      Set(found.filter(\.isBaseline).map(\.descriptor.id)) == ["mean-mode", "knn", "chained-ridge", "chained-forests"])
  }

  @Test("what is there stays; what is filled is on the grid, in the range, and told of", arguments: ids)
  func filling(id: String) throws {
    let (table, _, schema) = ExampleTables.mixed()
    let result = try Self.fitted(id, table, schema).impute(
      table, ImputationRequest(seed: 4, draws: id.contains("d") ? 3 : 0, interval: 0.9))
    #expect(result.columns.map(\.column) == [1, 2, 3, 4, 5])
    for (index, column) in table.columns.enumerated() {
      let filled = result.filled.columns[index]
      let gaps = (0..<table.rowCount).filter { column.isMissing($0) }
      for row in 0..<table.rowCount where !column.isMissing(row) {
        #expect(column.rows([row]).values == filled.rows([row]).values)
      }
      guard let told = result.columns.first(where: { $0.column == index }) else { continue }
      #expect(told.rows == gaps && filled.missingCount == 0)
      guard case .numbers(let given) = column.values, case .numbers(let numbers) = filled.values else { continue }
      let known = given.filter { !$0.isNaN }, least = known.min()!, most = known.max()!
      let step = [1: 0.25, 2: 0.01, 3: 1, 4: 1][index]!
      func check(_ value: Double) {
        #expect(value >= least && value <= most)
        #expect(abs(value / step - (value / step).rounded()) < 1e-6, "\(value) is not on the grid of \(step)")
      }
      for row in gaps { check(numbers[row]) }
      for draw in told.draws {
        #expect(draw.count == gaps.count)
        draw.forEach(check)
      }
      for (low, high) in zip(told.lower, told.upper) { #expect(low <= high) }
    }
  }

  @Test("the same seed gives the same result, whatever the threads, and so does the model's file", arguments: ids)
  func repeatable(id: String) throws {
    let (table, _, schema) = ExampleTables.mixed(rows: 200)
    let request = ImputationRequest(seed: 5, draws: 2, interval: 0.8)
    let model = try Self.fitted(id, table, schema, threads: 1)
    let first = try model.impute(table, request)
    var threaded = request
    threaded.threads = 3
    let second = try Self.fitted(id, table, schema, threads: 2).impute(table, threaded)
    #expect(first.filled == second.filled && first.columns == second.columns)
    let file = try ModelArchive(data: try model.archive().data())
    let third = try Self.imputer(id).loadImputer(file).impute(table, request)
    #expect(first.filled == third.filled && first.columns == third.columns)
  }

  @Test("new rows are filled by a model, and better than by means", arguments: ids.filter { $0 != "mean-mode" })
  func newRows(id: String) throws {
    let (table, _, schema) = ExampleTables.mixed(rows: 600)
    let (other, truth, _) = ExampleTables.mixed(rows: 200, seed: 9)
    let filled = try Self.fitted(id, table, schema, steps: 800).impute(other, ImputationRequest(seed: 6)).filled
    let means = try Self.fitted("mean-mode", table, schema).impute(other, ImputationRequest()).filled
    // The columns follow from one hidden number, so that even a short training must halve the error.
    for name in ["x", "y"] {
      #expect(
        ExampleTables.error(name, filled, other, truth) < 0.5 * ExampleTables.error(name, means, other, truth))
    }
  }

  @Test("what follows from another column still does", arguments: ids)
  func dependencies(id: String) throws {
    // Six codes, each with a name; three names have a group.
    var random = RandomStream(seed: 8)
    let codes = (0..<300).map { _ in random.integer(below: 6) }
    func cell(_ value: Int) -> Int32 { random.uniformDouble() < 0.3 ? -1 : Int32(value) }
    let names = codes.map { cell($0) }, groups = codes.map { cell($0 / 2) }
    let numbers = codes.map { random.uniformDouble() < 0.3 ? Double.nan : Double(10 * $0) }
    let table = Table(columns: [
      Column(name: "code", values: .numbers(numbers)),
      Column(name: "name", values: .categories(indices: names, levels: ["a", "b", "c", "d", "e", "f"])),
      Column(name: "group", values: .categories(indices: groups, levels: ["u", "v", "w"])),
      Column(name: "x", values: .numbers(codes.map { Double($0) + Double(random.normal()) })),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "code", kind: .integer),
      ColumnSchema(name: "name", kind: .category, levels: ["a", "b", "c", "d", "e", "f"]),
      ColumnSchema(name: "group", kind: .category, levels: ["u", "v", "w"]),
      ColumnSchema(name: "x", kind: .decimal(digits: 3)),
    ])
    let result = try Self.fitted(id, table, schema).impute(table, ImputationRequest(seed: 2, draws: 2))
    let draws = result.columns.allSatisfy { $0.draws.count == 2 } ? 2 : 0
    for filled in [result.filled] + (0..<draws).map({ result.completed(draw: $0) }) {
      guard case .numbers(let code) = filled.columns[0].values,
        case .categories(let name, _) = filled.columns[1].values,
        case .categories(let group, _) = filled.columns[2].values
      else { return }
      for row in 0..<300 {
        #expect(Int(code[row]) == 10 * Int(name[row]) && group[row] == name[row] / 2, "row \(row)")
        if groups[row] >= 0 { #expect(group[row] == groups[row]) }
      }
    }
  }

  @Test("columns without values, texts, and tables without gaps", arguments: ids)
  func nothingToDo(id: String) throws {
    var (table, truth, schema) = ExampleTables.mixed(rows: 60)
    table.columns[2].values = .numbers(Array(repeating: .nan, count: 60))
    let model = try Self.fitted(id, table, schema, steps: 5)
    let result = try model.impute(table, ImputationRequest(draws: 1))
    #expect(result.filled.columns[2].missingCount == 60 && result.filled.columns[3].missingCount == 0)
    #expect(!result.columns.contains { $0.column == 2 || $0.column == 0 })
    truth.columns[2].values = table.columns[2].values
    let complete = try model.impute(truth, ImputationRequest(draws: 1))
    #expect(complete.filled == truth && complete.columns.isEmpty)
  }

  @Test("what cannot be filled is an error that says where and how to go on", arguments: ids)
  func badInput(id: String) throws {
    let (table, _, schema) = ExampleTables.mixed(rows: 60)
    #expect(FillingMethod(Self.imputer(id) as any Imputer, series: SeriesLayout(time: "day")) == nil)
    var infinite = table
    infinite.columns[1].values = .numbers([.infinity] + Array(repeating: 1, count: 59))
    #expect(throws: ImputationError.notFinite(column: "x", row: 0)) { try Self.fitted(id, infinite, schema) }
    #expect(throws: ImputationError.nothingToLearn) {
      try Self.fitted(id, Table(columns: [table.columns[0]]), Schema(columns: [schema.columns[0]]))
    }
    let model = try Self.fitted(id, table, schema, steps: 5)
    #expect(throws: ImputationError.missingColumn("c", found: ["id", "x", "y", "n", "day"])) {
      try model.impute(Table(columns: Array(table.columns.dropLast())), ImputationRequest())
    }
    // A row that has a gap beside the level that no method has seen.
    var other = table
    if case .numbers(var numbers) = other.columns[1].values {
      numbers[0] = .nan
      other.columns[1].values = .numbers(numbers)
    }
    other.columns[5].values = .categories(indices: [0] + Array(repeating: -1, count: 59), levels: ["strange"])
    #expect(throws: (any Error).self) { try model.impute(other, ImputationRequest()) }
    #expect(throws: ImputationError.notFinite(column: "x", row: 0)) {
      try model.impute(infinite, ImputationRequest())
    }
  }

  @Test("one column is filled with what there is of it", arguments: ids)
  func oneColumn(id: String) throws {
    let values = (0..<80).map { $0 % 4 == 0 ? Double.nan : Double($0 % 10) }
    let (table, schema) = ExampleTables.numbers([("a", values)])
    let filled = try Self.fitted(id, table, schema, steps: 5).impute(table, ImputationRequest(draws: 2)).filled
    #expect(filled.columns[0].missingCount == 0)
  }
}
