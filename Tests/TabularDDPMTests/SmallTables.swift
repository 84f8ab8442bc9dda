import DiffusionCore
import Foundation
import Tables
import Tensors

@testable import TabularDDPM

/// Tables made by formula, with what a real one has: categories, few-valued and continuous numbers, heavy values, exact
/// relations, functional dependencies, missing cells, identifiers and constants.
enum SmallTables {
  static func mixed(rows: Int, seed: UInt64 = 1) -> (table: Table, schema: Schema) {
    var random = RandomStream(seed: seed)
    var group: [Int32] = [], code: [Double] = [], size: [Double] = [], paid: [Double] = [], due: [Double] = []
    var note: [Int32] = [], id: [String?] = []
    for row in 0..<rows {
      let g = random.integer(below: 4)
      group.append(Int32(g))
      code.append(Double(10 * g))
      size.append((Double(random.normal()) * 20 + Double(100 * g)).rounded(toDecimals: 2))
      let bill = (exp(Double(random.normal()) + 5)).rounded()
      due.append(bill)
      let turn = random.uniform()
      paid.append(turn < 0.3 ? bill : turn < 0.5 ? 0 : (exp(Double(random.normal()) + 4)).rounded())
      note.append(random.uniform() < 0.2 ? -1 : Int32(random.integer(below: 2)))
      id.append("ID\(1000 + row)")
    }
    let levels = ["a", "b", "c, d", "e"]
    let table = Table(columns: [
      Column(name: "group", values: .categories(indices: group, levels: levels)),
      Column(name: "code", values: .numbers(code)),
      Column(name: "size", values: .numbers(size)),
      Column(name: "due", values: .numbers(due)),
      Column(name: "paid", values: .numbers(paid)),
      Column(name: "note", values: .categories(indices: note, levels: ["no", "yes"])),
      Column(name: "id", values: .texts(id)),
      Column(name: "unit", values: .categories(indices: Array(repeating: 0, count: rows), levels: ["kg"])),
    ])
    func numeric(_ name: String, _ kind: ColumnKind, _ values: [Double]) -> ColumnSchema {
      ColumnSchema(name: name, kind: kind, minimum: values.min(), maximum: values.max())
    }
    let schema = Schema(columns: [
      ColumnSchema(name: "group", kind: .category, levels: levels), numeric("code", .integer, code),
      numeric("size", .decimal(digits: 2), size), numeric("due", .integer, due), numeric("paid", .integer, paid),
      ColumnSchema(name: "note", kind: .boolean, missingCount: note.count { $0 < 0 }, levels: ["no", "yes"]),
      ColumnSchema(
        name: "id", kind: .identifier(pattern: .learn(from: id.compactMap { $0 }, column: "id"))),
      ColumnSchema(name: "unit", kind: .constant(value: "kg")),
    ])
    return (table, schema)
  }

  /// A run of some steps, small and fast.
  static func run(steps: Int, seed: UInt64 = 1, threads: Int = 1) -> TrainingRun {
    var run = TrainingRun()
    run.steps = steps
    run.seed = seed
    run.threads = threads
    return run
  }

  static func options(_ texts: [String: String] = [:]) throws -> OptionValues {
    try TabularMasked().descriptor.options(
      parsing: ["width": "32", "blocks": "1", "batch": "128"].merging(texts) { $1 })
  }

  static func sample(_ model: any FittedSynthesizer, _ request: SampleRequest) throws -> Table {
    var parts: [Table] = []
    try model.sample(request) { parts.append($0) }
    return try Table.concatenated(parts)
  }
}

extension Double {
  func rounded(toDecimals digits: Int) -> Double {
    let scale = pow(10, Double(digits))
    return (self * scale).rounded() / scale
  }
}
