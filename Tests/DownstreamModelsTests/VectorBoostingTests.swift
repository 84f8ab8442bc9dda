import DownstreamModels
import Foundation
import Testing

/// Golden values of XGBoost's Python package, made by Tests/Fixtures/forest/generate.py.
private struct Golden: Decodable {
  var cells: [[Float?]], targets: [[Float]], unknown: [Int], whole: [[Float]], part: [Float]

  static func read() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/forest/forest.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  var rows: VectorBoosting.Rows {
    VectorBoosting.Rows(cells: cells.flatMap { $0.map { $0 ?? .nan } }, targets: targets.flatMap { $0 })
  }
  var asked: [Float] { Array(rows.cells.prefix(20 * 3)) }
  static let boosting = VectorBoosting(rounds: 12, depth: 3, learningRate: 0.3, regularization: 0.5, bins: 64)
}

@Suite("Vector boosting")
struct VectorBoostingTests {
  /// What two versions of the library may differ by.
  private let tolerance: Float = 1e-5

  @Test func `Predictions are those of the library's own squared error`() throws {
    let golden = try Golden.read()
    let trees = try Golden.boosting.fit(golden.rows, columns: 3, outputs: 2)
    let found = try trees.predict(golden.asked), expected = golden.whole.flatMap { $0 }
    #expect(found.count == 40 && zip(found, expected).allSatisfy { abs($0 - $1) < tolerance })
  }

  @Test func `An unknown target counts as if the row were left out for that output alone`() throws {
    let golden = try Golden.read()
    var rows = golden.rows
    for row in golden.unknown { rows.targets[row * 2 + 1] = .nan }
    let trees = try Golden.boosting.fit(rows, columns: 3, outputs: 2)
    let found = try trees.predict(golden.asked)
    for row in 0..<20 {
      #expect(abs(found[row * 2] - golden.whole[row][0]) < tolerance)
      #expect(abs(found[row * 2 + 1] - golden.part[row]) < tolerance)
    }
  }

  @Test func `Errors are told after every round, and ending there keeps what was grown`() throws {
    let golden = try Golden.read()
    var told: [VectorBoosting.Round] = []
    let trees = try Golden.boosting.fit(golden.rows, columns: 3, outputs: 2, heldOut: golden.rows) {
      told.append($0)
      return $0.number < 5
    }
    #expect(told.map(\.number) == [1, 2, 3, 4, 5])
    #expect(zip(told, told.dropFirst()).allSatisfy { $1.training < $0.training })
    #expect(told.allSatisfy { abs($0.training - ($0.heldOut ?? 0)) < 1e-5 })
    var short = Golden.boosting
    short.rounds = 5
    #expect(try trees.predict(golden.asked) == short.fit(golden.rows, columns: 3, outputs: 2).predict(golden.asked))
  }

  @Test func `A stored model predicts the same, with any number of threads`() throws {
    let golden = try Golden.read()
    let trees = try Golden.boosting.fit(golden.rows, columns: 3, outputs: 2)
    let bytes = try trees.bytes()
    let read = try FittedVectorTrees(bytes: bytes, columns: 3, outputs: 2)
    #expect(try read.predict(golden.rows.cells, threads: 2) == trees.predict(golden.rows.cells))
    #expect(try read.bytes() == bytes)
    #expect(try read.splits() > 0 && read.splits() == trees.splits())
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(bytes: bytes, columns: 4, outputs: 2) }
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(bytes: bytes, columns: 3, outputs: 1) }
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(bytes: [1, 2, 3], columns: 3, outputs: 2) }
  }

  @Test func `Without rows there is an error`() {
    #expect(throws: DownstreamError.noRows) {
      try Golden.boosting.fit(VectorBoosting.Rows(cells: [], targets: []), columns: 3, outputs: 2)
    }
  }
}
