import Neighbours
import Tensors
import Testing

@Suite struct GowerSpaceTests {
  private static func distance(
    _ a: [GowerSpace.Column], _ i: Int, _ b: [GowerSpace.Column], _ j: Int, _ ranges: [Double]
  )
    -> [Double]
  {
    zip(zip(a, b), ranges).map { columns, range in
      switch columns {
      case (.numbers(let x), .numbers(let y)):
        x[i].isNaN && y[j].isNaN ? 0 : x[i].isNaN || y[j].isNaN ? 1 : abs(x[i] - y[j]) / range
      case (.codes(let x), .codes(let y)): x[i] == y[j] ? 0 : 1
      default: .nan
      }
    }
  }

  @Test("The nearest has the least distance, by all columns, by some, and with each left out")
  func agreesWithBruteForce() {
    var random = RandomStream(seed: 11)
    func table(_ rows: Int) -> [GowerSpace.Column] {
      [
        .numbers((0..<rows).map { _ in random.integer(below: 8) == 0 ? .nan : Double(random.integer(below: 20)) }),
        .codes((0..<rows).map { _ in Int32(random.integer(below: 4)) }),
        .numbers((0..<rows).map { _ in Double(random.integer(below: 1000)) }),
        .codes((0..<rows).map { _ in Int32(random.integer(below: 3)) - 1 }),
      ]
    }
    let first = table(60), second = table(2_500)
    let space = GowerSpace(tables: [first, second], rowCounts: [60, 2_500])
    var ranges: [Double] = []
    for column in 0..<4 {
      if case .numbers(let x) = first[column], case .numbers(let y) = second[column] {
        let all = (x + y).filter { !$0.isNaN }
        ranges.append(all.max()! - all.min()!)
      } else {
        ranges.append(1)
      }
    }
    let targets = Array(0..<60)
    let by = space.nearest(among: 1, to: targets, of: 0, by: [0, 3], random: RandomStream(seed: 1), threads: 2)
    let without = space.nearest(
      among: 1, to: targets, of: 0, leavingOutEach: [0, 2], random: RandomStream(seed: 1), threads: 2)
    #expect(
      without
        == space.nearest(
          among: 1, to: targets, of: 0, leavingOutEach: [0, 2], random: RandomStream(seed: 1), threads: 1))
    for target in targets {
      let all = (0..<2_500).map { Self.distance(first, target, second, $0, ranges) }
      func check(_ found: Int32, _ columns: [Int]) {
        let sums = all.map { costs in columns.reduce(0) { $0 + costs[$1] } }
        #expect(abs(sums[Int(found)] - sums.min()!) < 1e-6)
      }
      check(by[target], [0, 3])
      check(without[0][target], [1, 2, 3])
      check(without[1][target], [0, 1, 3])
    }
  }

  @Test("Of many at one distance, different rows take different ones")
  func tiesAreSpread() {
    let space = GowerSpace(
      tables: [[.codes(.init(repeating: 0, count: 50))], [.codes(.init(repeating: 0, count: 1_000))]],
      rowCounts: [50, 1_000])
    let found = space.nearest(
      among: 1, to: Array(0..<50), of: 0, by: [0], random: RandomStream(seed: 2), threads: 1)
    #expect(Set(found).count > 40)
  }
}
