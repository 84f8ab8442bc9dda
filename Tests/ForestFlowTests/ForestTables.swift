import DiffusionCore
import Foundation
import Tables
import Tensors

@testable import ForestFlow

/// A table made by formula, with what a real one has: a category that numbers depend on, few-valued and continuous numbers,
/// a date, many levels, a column that follows, columns that are missing together, identifiers, texts and constants.
enum ForestTables {
  static let groups = ["a", "b", "c, d"]

  static func mixed(rows: Int, seed: UInt64 = 1) -> (table: Table, schema: Schema) {
    var random = RandomStream(seed: seed)
    var group: [Int32] = [], size: [Double] = [], count: [Double] = [], day: [Double] = [], age: [Double] = []
    var note: [Int32] = [], town: [Int32] = []
    for _ in 0..<rows {
      let g = random.integer(below: 3)
      group.append(Int32(g))
      size.append(((Double(random.normal()) * 2 + Double(20 * g)) * 4).rounded() / 4)
      count.append(Double([0, 1, 2, 5][random.integer(below: 4)]))
      day.append(Double(18_000 + random.integer(below: 700)))
      // Age and note are missing together, more often in the first group.
      let isMissing = random.uniform() < (g == 0 ? 0.4 : 0.1)
      age.append(isMissing ? .nan : Double(20 + random.integer(below: 60)))
      note.append(isMissing ? -1 : Int32(random.integer(below: 2)))
      town.append(Int32(random.integer(below: 24)))
    }
    let towns = (0..<24).map { "town \($0)" }, codes = group.map { Double(10 + $0) }
    let ids = (0..<rows).map { "ID\(1000 + $0)" }
    let table = Table(columns: [
      Column(name: "id", values: .texts(ids)),
      Column(name: "group", values: .categories(indices: group, levels: groups)),
      Column(name: "code", values: .numbers(codes)), Column(name: "size", values: .numbers(size)),
      Column(name: "count", values: .numbers(count)), Column(name: "day", values: .numbers(day)),
      Column(name: "age", values: .numbers(age)),
      Column(name: "note", values: .categories(indices: note, levels: ["no", "yes"])),
      Column(name: "town", values: .categories(indices: town, levels: towns)),
      Column(name: "unit", values: .categories(indices: group.map { _ in 0 }, levels: ["kg"])),
      Column(name: "remark", values: .texts(ids.map { _ in "as it was" })),
    ])
    let missing = note.count { $0 < 0 }
    let schema = Schema(columns: [
      ColumnSchema(name: "id", kind: .identifier(pattern: .learn(from: ids, column: "id"))),
      ColumnSchema(name: "group", kind: .category, levels: groups),
      ColumnSchema(name: "code", kind: .integer, minimum: 10, maximum: 12),
      ColumnSchema(name: "size", kind: .decimal(digits: 2), minimum: size.min(), maximum: size.max()),
      ColumnSchema(name: "count", kind: .integer, minimum: 0, maximum: 5),
      ColumnSchema(name: "day", kind: .integer, minimum: day.min(), maximum: day.max()),
      ColumnSchema(name: "age", kind: .integer, missingCount: missing, minimum: 20, maximum: 79),
      ColumnSchema(name: "note", kind: .boolean, missingCount: missing, levels: ["no", "yes"]),
      ColumnSchema(name: "town", kind: .category, levels: towns),
      ColumnSchema(name: "unit", kind: .constant(value: "kg")), ColumnSchema(name: "remark", kind: .text),
    ])
    return (table, schema)
  }

  /// A quick fit.
  static func fit(
    _ data: (table: Table, schema: Schema), steps: Int? = 60, seed: UInt64 = 1, threads: Int = 1,
    _ options: [String: String] = [:], change: (inout TrainingRun) -> Void = { _ in }
  ) throws -> any FittedSynthesizer {
    var run = TrainingRun()
    run.steps = steps
    run.seed = seed
    run.threads = threads
    change(&run)
    let method = ForestFlowMethod()
    let given = ["times": "8", "duplicates": "6", "depth": "4", "bins": "64"].merging(options) { $1 }
    return try method.fit(
      data.table, schema: data.schema, options: method.descriptor.options(parsing: given), run: run)
  }

  static func sample(
    _ model: any FittedSynthesizer, rows: Int, _ conditions: [String] = [], seed: UInt64 = 5, threads: Int = 1,
    includesMissing: Bool = true
  ) throws -> Table {
    let parsed = try conditions.map { try CellCondition(parsing: $0, schema: model.schema) }
    var parts: [Table] = []
    try model.sample(
      SampleRequest(
        rows: rows, seed: seed, threads: threads, conditions: parsed, includesMissing: includesMissing)
    ) { parts.append($0) }
    return try Table.concatenated(parts)
  }
}

extension Table {
  /// The numbers of a column; NaN where missing.
  func numbers(_ name: String) -> [Double] {
    if case .numbers(let values)? = self[name]?.values { values } else { [] }
  }

  /// The levels of a column; nil where missing.
  func levels(_ name: String) -> [String?] {
    guard case .categories(let indices, let levels)? = self[name]?.values else { return [] }
    return indices.map { $0 < 0 ? nil : levels[Int($0)] }
  }

  /// The texts of a column.
  func texts(_ name: String) -> [String?] {
    if case .texts(let values)? = self[name]?.values { values } else { [] }
  }
}
