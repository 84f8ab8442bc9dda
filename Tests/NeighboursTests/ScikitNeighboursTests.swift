import Foundation
import Tensors
import Testing

@testable import Neighbours

/// Against `sklearn.neighbors.NearestNeighbors` 1.9.1 on one thread; see `Tests/Fixtures/balance/generate.py`.
@Suite struct ScikitNeighboursTests {
  struct Case: Decodable {
    var name: String, k: Int, points: [[Double]], queries: [[Double]], level: Double?, codes: [[Int32]]?
    var indices: [Int32]
  }

  static func cases() throws -> [Case] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/balance/neighbours.json")
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  }

  @Test(arguments: [1, 3]) func `Neighbours and their ties are scikit-learn's`(threads: Int) throws {
    let cases = try Self.cases()
    #expect(cases.count == 9)
    for one in cases {
      let codes = one.codes ?? []
      let weights = codes.map { _ in 2 * (one.level ?? 0) * (one.level ?? 0) }
      func space(_ columns: [[Double]]) -> NeighbourSpace {
        NeighbourSpace(numbers: columns, codes: codes, weights: weights, rowCount: columns[0].count)
      }
      let found = space(one.points).nearestAsScikitLearn(
        to: space(one.queries), count: one.k, level: one.level, threads: threads)
      #expect(found == one.indices, Comment(rawValue: one.name))
    }
  }

  @Test func `The tree finds what measuring every pair finds`() {
    for seed in 0..<6 {
      var random = RandomStream(seed: UInt64(seed))
      let rows = 50 + seed * 300, width = 1 + seed
      // No ties.
      let columns = (0..<width).map { _ in (0..<rows).map { _ in random.uniformDouble() } }
      let space = NeighbourSpace(numbers: columns, rowCount: rows)
      let found = KDTree(points: space.numbers, width: width, count: rows)
        .nearest(to: space.numbers, rows: rows, count: 4, threads: 2)
      #expect(found == space.nearest(to: space, count: 4, threads: 1).indices)
    }
  }

  @Test func `Selection puts the n-th where it belongs`() {
    var random = RandomStream(seed: 3)
    for count in [1, 2, 3, 4, 5, 17, 200, 1000] {
      let keys = (0..<count).map { _ in Int(random.uniformDouble() * 40) }
      for n in Set([0, count / 2, count - 1]) {
        var items = (0..<Int32(count)).map { $0 }
        func precedes(_ a: Int32, _ b: Int32) -> Bool { (keys[Int(a)], a) < (keys[Int(b)], b) }
        items.withUnsafeMutableBufferPointer {
          Selection.place(n, of: $0.baseAddress!, count: count, precedes: precedes)
        }
        #expect(items.sorted() == Array(0..<Int32(count)))
        #expect(items[n] == (0..<Int32(count)).sorted(by: precedes)[n])
        #expect(items[..<n].allSatisfy { precedes($0, items[n]) })
        #expect(items[(n + 1)...].allSatisfy { precedes(items[n], $0) })
      }
    }
  }

  @Test func `A heap keeps the least, in order`() {
    var random = RandomStream(seed: 8)
    for size in [1, 2, 5, 16, 40] {
      var values = [Double](repeating: .infinity, count: size), indices = [Int32](repeating: -1, count: size)
      let numbers = (0..<300).map { _ in random.uniformDouble() }
      values.withUnsafeMutableBufferPointer { values in
        indices.withUnsafeMutableBufferPointer { indices in
          for (place, number) in numbers.enumerated() {
            NeighbourHeap.push(number, Int32(place), values.baseAddress!, indices.baseAddress!, size: size)
          }
          NeighbourHeap.sort(values.baseAddress!, indices.baseAddress!, count: size)
        }
      }
      #expect(values == Array(numbers.sorted().prefix(size)))
      #expect(indices.map { numbers[Int($0)] } == values)
    }
  }
}
