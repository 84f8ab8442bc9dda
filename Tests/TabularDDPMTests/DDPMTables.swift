import DiffusionCore
import Foundation
import TabularDDPM
import Tables
import Tensors

/// Small tables and quick runs for `tabular-ddpm`.
enum DDPMTables {
  /// Two groups with their own mean, a derived number, a rounded number with holes, a category with holes, a constant and
  /// an identifier.
  static func mixed(rows: Int, seed: UInt64 = 1) -> (table: Table, schema: Schema) {
    var random = RandomStream(seed: seed)
    var group: [Int32] = [], code: [Double] = [], size: [Double] = [], age: [Double] = [], note: [Int32] = []
    for _ in 0..<rows {
      let g = random.integer(below: 3)
      group.append(Int32(g))
      code.append(Double(10 + g))
      size.append((Double(random.normal()) * 10 + Double(100 * g)).rounded() / 4)
      age.append(random.uniform() < 0.2 ? .nan : Double(20 + random.integer(below: 60)))
      note.append(random.uniform() < 0.1 ? -1 : Int32(random.uniform() < 0.9 ? g % 2 : 1 - g % 2))
    }
    let id = (0..<rows).map { Optional("A\(100 + $0)") }
    let table = Table(columns: [
      Column(name: "group", values: .categories(indices: group, levels: ["a", "b", "c"])),
      Column(name: "code", values: .numbers(code)), Column(name: "size", values: .numbers(size)),
      Column(name: "age", values: .numbers(age)),
      Column(name: "note", values: .categories(indices: note, levels: ["no", "yes"])),
      Column(name: "unit", values: .categories(indices: Array(repeating: 0, count: rows), levels: ["kg"])),
      Column(name: "id", values: .texts(id)),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "group", kind: .category, levels: ["a", "b", "c"]),
      number("code", .integer, code), number("size", .decimal(digits: 2), size), number("age", .integer, age),
      ColumnSchema(name: "note", kind: .boolean, missingCount: note.count { $0 < 0 }, levels: ["no", "yes"]),
      ColumnSchema(name: "unit", kind: .constant(value: "kg")),
      ColumnSchema(name: "id", kind: .identifier(pattern: .learn(from: id.compactMap { $0 }, column: "id"))),
    ])
    return (table, schema)
  }

  static func number(_ name: String, _ kind: ColumnKind, _ values: [Double]) -> ColumnSchema {
    let present = values.filter { !$0.isNaN }
    return ColumnSchema(
      name: name, kind: kind, missingCount: values.count - present.count, minimum: present.min(), maximum: present.max()
    )
  }

  /// A table of numbers alone, or of categories alone.
  static func plain(rows: Int, numbers: Int, categories: Int) -> (table: Table, schema: Schema) {
    var random = RandomStream(seed: 9)
    var columns: [Column] = [], schemas: [ColumnSchema] = []
    for index in 0..<numbers {
      let values = (0..<rows).map { _ in (Double(random.normal()) * 1000).rounded() / 10 }
      columns.append(Column(name: "n\(index)", values: .numbers(values)))
      schemas.append(number("n\(index)", .decimal(digits: 1), values))
    }
    for index in 0..<categories {
      let levels = (0..<(2 + index)).map { "l\($0)" }
      columns.append(
        Column(
          name: "c\(index)",
          values: .categories(indices: (0..<rows).map { _ in Int32(random.integer(below: 2 + index)) }, levels: levels))
      )
      schemas.append(ColumnSchema(name: "c\(index)", kind: .category, levels: levels))
    }
    return (Table(columns: columns), Schema(columns: schemas))
  }

  static func fit(
    _ data: (table: Table, schema: Schema), steps: Int = 60, seed: UInt64 = 1, threads: Int = 1,
    _ options: [String: String] = [:]
  ) throws -> FittedTabularDDPM {
    var run = TrainingRun()
    run.steps = steps
    run.seed = seed
    run.threads = threads
    let small = ["width": "32", "layers": "2", "diffusion-steps": "20"]
    let method = TabularDDPMMethod()
    return try method.fit(
      data.table, schema: data.schema, options: method.descriptor.options(parsing: small.merging(options) { $1 }),
      run: run)
  }

  static func sample(
    _ model: any FittedSynthesizer, rows: Int, seed: UInt64 = 1, threads: Int = 1, _ conditions: [String] = [],
    includesMissing: Bool = true, options: OptionValues? = nil
  ) throws -> Table {
    var parts: [Table] = []
    let request = SampleRequest(
      rows: rows, seed: seed, threads: threads,
      conditions: try conditions.map { try CellCondition(parsing: $0, schema: model.schema) },
      includesMissing: includesMissing, options: options)
    try model.sample(request) { parts.append($0) }
    return try Table.concatenated(parts)
  }
}

extension Table {
  /// The numbers of a column.
  func numbers(_ name: String) -> [Double] {
    if case .numbers(let values)? = self[name]?.values { values } else { [] }
  }

  /// The levels of a column, `nil` where missing.
  func levels(_ name: String) -> [String?] {
    guard case .categories(let indices, let levels)? = self[name]?.values else { return [] }
    return indices.map { $0 < 0 ? nil : levels[Int($0)] }
  }
}
