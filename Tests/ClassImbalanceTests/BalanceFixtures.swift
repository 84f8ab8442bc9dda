import DiffusionCore
import Foundation
import Tables

@testable import ClassImbalance

/// The values of `Tests/Fixtures/balance`, made by `generate.py` there with numpy 2.4.6, scikit-learn 1.9.1 and
/// imbalanced-learn 0.14.2 on one thread.
enum BalanceFixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/balance")

  static func read<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// A cell: a number, a text, or missing.
  enum Cell: Decodable, Equatable {
    case number(Double), text(String), missing

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .missing
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  struct Case: Decodable, Sendable {
    var seed: UInt64, ratio: String, method: String, options: [String: String]
    var classes: [String]?
    var columns: [[Cell]]?
    /// What imbalanced-learn said where it made no rows.
    var refused: String?
  }

  struct Samples: Decodable, Sendable {
    var name: String, columns: [[Cell]], classes: [String], categorical: [Int], cases: [Case]
  }

  /// The fixture's table and schema; its target is `class`, the first column is `x0`.
  static func table(_ samples: Samples) -> (Table, Schema) {
    var columns = samples.columns.enumerated().map { place, cells in
      Tabular.column("x\(place)", cells, isCategory: samples.categorical.contains(place))
    }
    columns.append(Tabular.column("class", samples.classes.map(Cell.text), isCategory: true))
    return (Table(columns: columns.map(\.0)), Schema(columns: columns.map(\.1)))
  }
}

/// Small tables for tests.
enum Tabular {
  static func column(_ name: String, _ cells: [BalanceFixtures.Cell], isCategory: Bool) -> (Column, ColumnSchema) {
    guard isCategory else {
      let numbers = cells.map { cell in if case .number(let number) = cell { number } else { Double.nan } }
      return self.numbers(name, numbers, kind: .decimal(digits: 3))
    }
    return categories(name, cells.map { cell in if case .text(let text) = cell { text } else { nil } })
  }

  static func numbers(_ name: String, _ values: [Double], kind: ColumnKind) -> (Column, ColumnSchema) {
    (
      Column(name: name, values: .numbers(values)),
      ColumnSchema(name: name, kind: kind, missingCount: values.count { $0.isNaN })
    )
  }

  static func categories(_ name: String, _ texts: [String?]) -> (Column, ColumnSchema) {
    var levels: [String] = []
    for case let text? in texts where !levels.contains(text) { levels.append(text) }
    let indices = texts.map { text in text.map { Int32(levels.firstIndex(of: $0)!) } ?? -1 }
    return (
      Column(name: name, values: .categories(indices: indices, levels: levels)),
      ColumnSchema(name: name, kind: .category, missingCount: indices.count { $0 < 0 }, levels: levels)
    )
  }

  static func table(_ columns: [(Column, ColumnSchema)]) -> (Table, Schema) {
    (Table(columns: columns.map(\.0)), Schema(columns: columns.map(\.1)))
  }

  static func cells(_ column: Column) -> [BalanceFixtures.Cell] {
    switch column.values {
    case .numbers(let numbers): numbers.map { $0.isNaN ? .missing : .number($0) }
    case .categories(let indices, let levels): indices.map { $0 < 0 ? .missing : .text(levels[Int($0)]) }
    case .texts(let texts): texts.map { $0.map { .text($0) } ?? .missing }
    }
  }

  /// Rows that a method makes.
  static func balance(
    _ table: Table, _ schema: Schema, _ kind: OversamplingMethod.Kind, target: String = "class", ratio: String = "auto",
    seed: UInt64 = 0, threads: Int = 1, options: [String: String] = [:]
  ) throws -> Balanced {
    let method = OversamplingMethod(kind)
    let classes = try ClassCounts(of: target, in: table, schema: schema)
    var run = TrainingRun()
    run.seed = seed
    run.threads = threads
    return try method.balance(
      table, schema: schema, request: BalanceRequest(classes: classes, ratio: BalanceRatio(parsing: ratio)),
      options: method.descriptor.options(parsing: options), run: run)
  }
}
