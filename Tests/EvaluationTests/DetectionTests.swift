import DownstreamModels
import Evaluation
import Foundation
import Tensors
import Testing

@Suite struct DetectionTests {
  /// Made by Tests/Fixtures/models/generate.py with SDMetrics and XGBoost.
  private struct Golden: Decodable {
    struct Side: Decodable { var x: [Double?], z: [Double], c: [Int32] }
    var real: Side, synthetic: Side, logistic: Double, trees: Double

    var comparison: Comparison {
      func features(_ side: Side) -> Features {
        Features(
          names: ["x", "z", "c"],
          columns: [
            .numbers(side.x.map { $0 ?? .nan }), .numbers(side.z), .categories(codes: side.c, levels: 3),
          ], rowCount: side.z.count)
      }
      return Comparison(
        columns: [.init(name: "x"), .init(name: "z"), .init(name: "c", levels: ["a", "b", "c"])],
        real: features(real), synthetic: features(synthetic), holdout: features(real))
    }
  }
  private let golden: Golden

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/models/detection.json")
    golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  @Test func logisticDetectionAgreesWithSDMetrics() throws {
    let scores = try (0..<20).map { try LogisticDetection.measure(golden.comparison, seed: $0, threads: 2).score }
    #expect(abs(scores.reduce(0, +) / 20 - golden.logistic) < 0.02)
  }

  @Test func treeDetectionAgreesWithXGBoost() throws {
    let aucs = try (0..<3).map { try TreeDetection.measure(golden.comparison, seed: $0, threads: 2).auc }
    #expect(abs(aucs.reduce(0, +) / 3 - golden.trees) < 0.02)
  }

  @Test func aSeedGivesTheSameOnAnyNumberOfThreads() throws {
    let both = [golden.comparison, try #require(golden.comparison.floor)]
    let one = try TreeDetection.measure(both, explaining: [true, false], seed: 4, threads: 1)
    #expect(one == (try TreeDetection.measure(both, explaining: [true, false], seed: 4, threads: 3)))
    #expect(abs(one[0].shares.reduce(0, +) - 1) < 1e-9 && one[1].shares == [])
    #expect(
      try LogisticDetection.measure(golden.comparison, seed: 4, threads: 1)
        == LogisticDetection.measure(golden.comparison, seed: 4, threads: 3))
  }

  @Test func copiesCannotBeToldApartAndNoiseCan() throws {
    var same = golden.comparison
    same.synthetic = same.real
    #expect(try LogisticDetection.measure(same, seed: 0, threads: 1).score > 0.9)
    #expect(try TreeDetection.measure(same, explaining: false, seed: 0, threads: 1).auc < 0.55)
    var noise = golden.comparison
    noise.synthetic.columns[0] = .numbers([Double](repeating: 100, count: 600))
    // A level that real rows lack has no input in the linear model.
    noise.synthetic.columns[2] = .categories(codes: [Int32](repeating: 3, count: 600), levels: 4)
    noise.real.columns[2] = .categories(codes: golden.real.c, levels: 4)
    #expect(try LogisticDetection.measure(noise, seed: 0, threads: 1).score < 0.1)
    let trees = try TreeDetection.measure(noise, seed: 0, threads: 1)
    #expect(trees.auc > 0.99 && trees.shares[1] < 0.2)
  }

  @Test func tooFewRowsAreATypedError() {
    var small = golden.comparison
    small.synthetic = small.synthetic.rows([0, 1, 2])
    #expect(throws: DownstreamError.tooFewRows(3, needed: 6)) {
      try LogisticDetection.measure(small, seed: 0, threads: 1)
    }
    #expect(throws: DownstreamError.tooFewRows(3, needed: 10)) {
      try TreeDetection.measure(small, seed: 0, threads: 1)
    }
    let empty = Features(names: [], columns: [], rowCount: 50)
    let none = Comparison(columns: [], real: empty, synthetic: empty, holdout: nil)
    #expect((try? LogisticDetection.measure(none, seed: 0, threads: 1).score) == 1)
    #expect((try? TreeDetection.measure(none, seed: 0, threads: 1).auc) == 0.5)
  }
}
