import Foundation
import Tables
import Tensors
import Testing

@testable import Evaluation

/// Rows that were put between others.
@Suite struct RowsBetweenTests {
  private let schema = Schema(
    columns: (0..<6).map { ColumnSchema(name: "x\($0)", kind: .decimal(digits: 9)) } + [
      ColumnSchema(name: "class", kind: .category)
    ])

  /// 400 common rows and 60 rare ones, half of which lie between two others or are drawn as those are.
  private func table(generated: Bool, seed: UInt64) -> Table {
    var random = RandomStream(seed: seed)
    func row(_ centre: Double) -> [Double] { (0..<6).map { _ in centre + Double(random.normal()) } }
    var rows = (0..<400).map { _ in row(0) }, rare = (0..<30).map { _ in row(2) }
    for _ in 0..<30 {
      guard generated else {
        rare.append(row(2))
        continue
      }
      let start = rare[random.integer(below: 30)]
      func distance(_ other: [Double]) -> Double { zip(start, other).reduce(0) { $0 + pow($1.0 - $1.1, 2) } }
      let end = rare[..<30].sorted { distance($0) < distance($1) }[1 + random.integer(below: 5)]
      let part = Double(random.uniform())
      rare.append(zip(start, end).map { $0 + part * ($1 - $0) })
    }
    rows += rare
    return Table(
      columns: (0..<6).map { column in
        Tables.Column(name: "x\(column)", values: .numbers(rows.map { $0[column] }))
      } + [
        Tables.Column(
          name: "class",
          values: .categories(indices: rows.indices.map { $0 < 400 ? 0 : 1 }, levels: ["common", "rare"]))
      ])
  }

  @Test(arguments: 0..<4) func generatedRowsAreFound(_ seed: Int) throws {
    let found = RowsBetween.find(table(generated: true, seed: UInt64(seed)), schema: schema, target: "class")
    #expect(found.map(\.label) == ["rare"])
    #expect(try #require(found.first).between >= 20, "\(found)")
  }

  @Test(arguments: 0..<4) func drawnRowsAreNot(_ seed: Int) {
    #expect(RowsBetween.find(table(generated: false, seed: UInt64(seed)), schema: schema, target: "class") == [])
  }
}
