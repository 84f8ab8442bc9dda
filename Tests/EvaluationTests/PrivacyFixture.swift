import DownstreamModels
import Evaluation
import Foundation
import Tensors

/// Small tables and what other code makes of them: `Tests/Fixtures/privacy/generate.py`.
struct PrivacyFixture: Decodable {
  let real: [String: [Double?]], holdout: [String: [Double?]], synthetic: [String: [Double?]]
  let alphaPrecision: Double, betaRecall: Double, floorAlphaPrecision: Double, floorBetaRecall: Double
  let distanceShare: Double, copies: Double, copiesOfHoldout: Double, percentiles: [Double]
  let neighbourRatio: Double, neighbourRatioBelowThird: Double

  static func read() throws -> PrivacyFixture {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appendingPathComponent("Fixtures/privacy/privacy.json"))
    return try JSONDecoder().decode(PrivacyFixture.self, from: data)
  }

  var comparison: Comparison {
    func features(_ table: [String: [Double?]]) -> Features {
      Features(
        names: ["age", "pay", "gain", "job", "sex"],
        columns: ["age", "pay", "gain"].map { .numbers(table[$0]!.map { $0 ?? .nan }) }
          + [("job", 6), ("sex", 2)].map { name, levels in
            .categories(codes: table[name]!.map { Int32($0!) }, levels: levels)
          },
        rowCount: table["age"]!.count)
    }
    return Comparison(
      columns: [
        .init(name: "age", digits: 0), .init(name: "pay", digits: 2), .init(name: "gain", digits: 0),
        .init(name: "job", levels: ["a", "b", "c", "d", "e", "f"]), .init(name: "sex", levels: ["m", "f"]),
      ], real: features(real), synthetic: features(synthetic), holdout: features(holdout))
  }
}

/// Tables drawn from one distribution, to judge generators of known quality.
struct Population {
  /// Columns: two numbers, a count with repetitions, two categories.
  static let columns: [Comparison.Column] = [
    .init(name: "x", digits: 3), .init(name: "y", digits: 3), .init(name: "count", digits: 0),
    .init(name: "kind", levels: ["a", "b", "c", "d", "missing"], missingLevel: 4),
    .init(name: "flag", levels: ["no", "yes"]),
  ]

  static func rows(_ count: Int, stream: UInt64) -> Features {
    var random = RandomStream(seed: 42, stream: stream)
    var x: [Double] = [], y: [Double] = [], counts: [Double] = [], kinds: [Int32] = [], flags: [Int32] = []
    for _ in 0..<count {
      let a = Double(random.normal())
      x.append((a * 1000).rounded() / 1000)
      y.append(((a * 0.6 + 0.8 * Double(random.normal())) * 1000).rounded() / 1000)
      counts.append(random.integer(below: 12) == 0 ? .nan : Double(random.integer(below: 6)))
      kinds.append(Int32(random.integer(below: 5)))
      flags.append(a > 0.5 ? 1 : 0)
    }
    return Features(
      names: columns.map(\.name),
      columns: [
        .numbers(x), .numbers(y), .numbers(counts), .categories(codes: kinds, levels: 5),
        .categories(codes: flags, levels: 2),
      ], rowCount: count)
  }

  static func comparison(_ synthetic: Features, real: Features, holdout: Features? = rows(1_200, stream: 9))
    -> Comparison
  {
    Comparison(columns: columns, real: real, synthetic: synthetic, holdout: holdout)
  }
}
