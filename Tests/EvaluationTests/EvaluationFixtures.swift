import DownstreamModels
import Foundation
import Tables
import Tensors

@testable import Evaluation

/// The tables and golden values of `Tests/Fixtures/evaluation`, whose generators stand beside them.
enum EvaluationFixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/evaluation")

  static func read<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// SDMetrics' single-table demo, without its identifier.
  static func placements(target: String? = nil) throws -> ComparisonTables.Prepared {
    let real = try Table.read(folder.appendingPathComponent("student_placements_real.csv").path)
    let synthetic = try Table.read(
      folder.appendingPathComponent("student_placements_synthetic.csv").path,
      schema: ComparisonTables.readingSchema(for: real.schema))
    return try ComparisonTables(
      schema: real.schema, real: real.table, synthetic: synthetic, holdout: nil, target: target
    ).prepared()
  }

  /// Rows of two bound numbers, a category that follows one of them, and a category by chance; some cells are missing.
  static func generated(rows: Int, seed: UInt64) -> Features {
    var random = RandomStream(seed: seed)
    var x: [Double] = [], y: [Double] = [], group: [Int32] = [], free: [Int32] = []
    for _ in 0..<rows {
      let value = Double(random.normal())
      x.append((value * 100).rounded() / 100)
      y.append(random.uniform() < 0.05 ? .nan : ((2 * value + 0.3 * Double(random.normal())) * 10).rounded() / 10)
      group.append(value < -0.5 ? 0 : value < 0.7 ? 1 : 2)
      free.append(Int32(random.integer(below: 4)))
    }
    return Features(
      names: ["x", "y", "group", "free"],
      columns: [
        .numbers(x), .numbers(y), .categories(codes: group, levels: 3), .categories(codes: free, levels: 4),
      ], rowCount: rows)
  }

  static let generatedColumns = [
    Comparison.Column(name: "x", digits: 2), Comparison.Column(name: "y", digits: 1),
    Comparison.Column(name: "group", levels: ["low", "middle", "high"]),
    Comparison.Column(name: "free", levels: ["a", "b", "c", "(missing)"], missingLevel: 3),
  ]

  static func comparison(_ real: Features, _ synthetic: Features, holdout: Features? = nil) -> Comparison {
    Comparison(columns: generatedColumns, real: real, synthetic: synthetic, holdout: holdout)
  }

  /// Every column's cells in an order of its own.
  static func shuffled(_ features: Features, seed: UInt64) -> Features {
    var random = RandomStream(seed: seed)
    return Features(
      names: features.names,
      columns: features.columns.map { $0.rows(random.permutation(features.rowCount)) }, rowCount: features.rowCount)
  }
}
