import Foundation
import Tensors
import Testing

@testable import DownstreamModels

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
    let found = trees.predict(golden.asked, gang: ThreadGang(threads: 1)), expected = golden.whole.flatMap { $0 }
    #expect(found.count == 40 && zip(found, expected).allSatisfy { abs($0 - $1) < tolerance })
  }

  @Test func `An unknown target counts as if the row were left out for that output alone`() throws {
    let golden = try Golden.read()
    var rows = golden.rows
    for row in golden.unknown { rows.targets[row * 2 + 1] = .nan }
    let trees = try Golden.boosting.fit(rows, columns: 3, outputs: 2)
    let found = trees.predict(golden.asked, gang: ThreadGang(threads: 1))
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
    let gang = ThreadGang(threads: 1)
    let same = try short.fit(golden.rows, columns: 3, outputs: 2)
    #expect(trees.predict(golden.asked, gang: gang) == same.predict(golden.asked, gang: gang))
  }

  /// Rows of numbers with gaps, and targets that bend.
  private static func rows(_ count: Int, columns: Int, seed: UInt64) -> VectorBoosting.Rows {
    var random = RandomStream(seed: seed)
    var cells: [Float] = [], targets: [Float] = []
    for _ in 0..<count {
      let row = (0..<columns).map { _ in random.uniform() < 0.2 ? Float.nan : random.normal() }
      cells += row
      targets += row.indices.map { sin(3 * (row[$0].isNaN ? 1 : row[$0])) + (row[($0 + 1) % columns] > 0 ? 1 : 0) }
    }
    return VectorBoosting.Rows(cells: cells, targets: targets)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `Predictions equal the library's to the last bit, with any number of threads`(seed: UInt64) throws {
    let columns = 4 + Int(seed), rows = Self.rows(700, columns: columns, seed: seed)
    let boosting = VectorBoosting(rounds: 15, depth: 5, learningRate: 0.3, regularization: 0.2, bins: 64)
    let booster = try boosting.grow(rows, columns: columns, outputs: columns)
    let trees = try FittedVectorTrees(xgboost: booster.bytes(), columns: columns, outputs: columns)
    var asked = rows.cells
    // Cells that lie on cuts, and beyond all of them.
    for (place, cut) in trees.parts.cuts.prefix(500).enumerated() where trees.parts.splits[place] >= 0 {
      asked[place * columns + Int(trees.parts.splits[place] / 2)] = cut
    }
    asked += [Float](repeating: .greatestFiniteMagnitude, count: columns) + [Float](repeating: .nan, count: columns)
    let matrix = try DataMatrix(cells: asked, columns: columns, outputs: columns)
    let expected = try booster.predict(matrix, .margin)
    for threads in [1, 2] { #expect(trees.predict(asked, gang: ThreadGang(threads: threads)) == expected) }
  }

  @Test func `A stored forest predicts the same, and what cannot be one is refused`() throws {
    let golden = try Golden.read()
    let trees = try Golden.boosting.fit(golden.rows, columns: 3, outputs: 2)
    let gang = ThreadGang(threads: 1), parts = trees.parts
    let read = try FittedVectorTrees(parts, columns: 3, outputs: 2)
    #expect(read.predict(golden.rows.cells, gang: gang) == trees.predict(golden.rows.cells, gang: gang))
    #expect(read.parts == parts && read.splits > 0 && read.splits == trees.splits)
    func refused(_ change: (inout FittedVectorTrees.Parts) -> Void) -> Bool {
      var forged = parts
      change(&forged)
      do {
        _ = try FittedVectorTrees(forged, columns: 3, outputs: 2)
        return false
      } catch { return true }
    }
    let leaf = parts.splits.firstIndex(of: -1)!
    #expect(refused { $0.splits[0] = 6 })
    #expect(refused { $0.splits[leaf] = 0 })
    #expect(refused { $0.next[0] = 0 })
    #expect(refused { $0.next[0] = .max })
    #expect(refused { $0.next[0] = -1 })
    #expect(refused { $0.cuts[leaf] = .nan })
    #expect(refused { $0.cuts[0] = .nan })
    #expect(refused { $0.roots[1] = 0 })
    #expect(refused { $0.roots[0] = 1 })
    #expect(refused { $0.roots[$0.roots.count - 1] = .max })
    #expect(refused { $0.outputs[0] = 2 })
    #expect(refused { $0.outputs[0] = -1 })
    #expect(refused { $0.cuts.removeLast() })
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(parts, columns: 1, outputs: 2) }
  }

  @Test func `Bytes that are no trees of the library are refused, whatever they claim`() throws {
    let golden = try Golden.read()
    let bytes = try Golden.boosting.grow(golden.rows, columns: 3, outputs: 2).bytes()
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(xgboost: [], columns: 3, outputs: 2) }
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(xgboost: [1, 2, 3], columns: 3, outputs: 2) }
    #expect(throws: DownstreamError.self) { try FittedVectorTrees(xgboost: bytes, columns: 3, outputs: 1) }
    var random = RandomStream(seed: 1)
    for _ in 0..<2000 {
      var forged = bytes
      for _ in 0..<3 { forged[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256)) }
      if random.uniform() < 0.2 { forged.removeLast(random.integer(below: bytes.count)) }
      // Some changes are values of leaves: then there are trees, whose walks end.
      guard let trees = try? FittedVectorTrees(xgboost: forged, columns: 3, outputs: 2) else { continue }
      #expect(trees.predict(golden.asked, gang: ThreadGang(threads: 1)).count == 40)
    }
  }

  @Test func `Without rows there is an error`() {
    #expect(throws: DownstreamError.noRows) {
      try Golden.boosting.fit(VectorBoosting.Rows(cells: [], targets: []), columns: 3, outputs: 2)
    }
  }
}
