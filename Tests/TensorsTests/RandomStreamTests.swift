import Foundation
import Tensors
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  /// The known answers of Random123 1.14, `tests/kat_vectors`, philox4x32 10.
  @Test(
    "Philox4x32-10 gives its known answers",
    arguments: [
      (counter: [0, 0, 0, 0], key: [0, 0], answer: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        counter: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], key: [0xffff_ffff, 0xffff_ffff],
        answer: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
        answer: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [(counter: [UInt64], key: [UInt64], answer: [UInt32])])
  func knownAnswers(counter: [UInt64], key: [UInt64], answer: [UInt32]) {
    let block = RandomStream.philox(
      seed: key[0] | key[1] << 32, stream: counter[2] | counter[3] << 32, counter: counter[0] | counter[1] << 32)
    #expect([block.x, block.y, block.z, block.w] == answer)
  }

  @Test("words come in the order of the blocks, from any position")
  func positions() {
    var stream = RandomStream(seed: 5, stream: 6)
    let words = (0..<40).map { _ in stream.nextWord() }
    #expect(stream.position == 40)
    for start in 0..<20 {
      var later = RandomStream(seed: 5, stream: 6, position: UInt64(start))
      #expect((0..<20).map { _ in later.nextWord() } == Array(words[start..<start + 20]))
    }
    let block = RandomStream.philox(seed: 5, stream: 6, counter: 2)
    #expect(Array(words[8..<12]) == [block.x, block.y, block.z, block.w])
  }

  @Test("a stored stream goes on where it was", arguments: 0..<8)
  func resume(draws: Int) throws {
    var stream = RandomStream(seed: 7, stream: .max)
    for _ in 0..<draws { _ = stream.nextWord() }
    if draws % 2 == 1 { _ = stream.normal() }  // leaves the second normal of a pair behind
    var copy = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(stream))
    #expect(copy == stream)
    #expect(copy.normals(5) == stream.normals(5) && copy.next() == stream.next())
  }

  @Test("children are named by their label and differ from each other and their parent")
  func children() {
    let parent = RandomStream(seed: 8)
    var moved = parent
    _ = moved.next()
    #expect(parent.child(3) == moved.child(3))
    var seen: Set<[UInt32]> = []
    func note(_ stream: RandomStream) {
      var stream = stream
      seen.insert((0..<4).map { _ in stream.nextWord() })
    }
    note(parent)
    for label in 0..<200 as Range<UInt64> {
      note(parent.child(label))
      note(parent.child(label).child(0))
      note(RandomStream(seed: 9).child(label))
      note(RandomStream(seed: 8, stream: label + 1))
    }
    #expect(seen.count == 801)
  }

  @Test("integers below a bound are uniform", arguments: [2, 3, 7, 10, 1000])
  func integers(bound: Int) {
    var stream = RandomStream(seed: 10)
    var counts = [Int](repeating: 0, count: bound)
    let draws = 200 * bound
    for _ in 0..<draws { counts[stream.integer(below: bound)] += 1 }
    let expected = Double(draws) / Double(bound)
    let chi = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // Chi-square with bound − 1 degrees of freedom: 4.5 standard deviations above its mean.
    #expect(chi < Double(bound - 1) + 4.5 * (2 * Double(bound - 1)).squareRoot() + 6)
  }

  @Test("a bound that does not divide 2³² rejects the surplus")
  func rejection() {
    // With 3/4 of 2³² the plain product hits each third value twice as often: a share of 1/2 against 1/3.
    let bound = 3 << 30
    var stream = RandomStream(seed: 11)
    let draws = 30_000
    var counts = [0, 0, 0]
    for _ in 0..<draws { counts[stream.integer(below: bound) % 3] += 1 }
    for count in counts { #expect(abs(Double(count) / Double(draws) - 1 / 3) < 0.014) }
    #expect(stream.position > UInt64(draws))
    #expect(stream.integer(below: 1) == 0)
    #expect((0..<100).allSatisfy { _ in stream.integer(below: 1 << 32) < 1 << 32 })
  }

  @Test("a permutation holds every index once, and every order is as likely")
  func permutation() {
    var stream = RandomStream(seed: 12)
    for count in [0, 1, 2, 17, 1000] { #expect(stream.permutation(count).sorted() == Array(0..<count)) }
    var orders: [[Int]: Int] = [:]
    for _ in 0..<6000 { orders[stream.permutation(3), default: 0] += 1 }
    #expect(orders.count == 6)
    for count in orders.values { #expect(abs(count - 1000) < 150) }
  }

  @Test("uniform and normal numbers have their moments")
  func moments() {
    var stream = RandomStream(seed: 13)
    let count = 200_000
    let uniforms = stream.uniforms(count).map(Double.init)
    #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniforms.reduce(0, +) / Double(count) - 0.5) < 0.003)
    let doubles = (0..<count).map { _ in stream.uniformDouble() }
    #expect(doubles.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(doubles.reduce(0) { $0 + $1 * $1 } / Double(count) - 1 / 3) < 0.003)
    let normals = stream.normals(count).map(Double.init)
    func moment(_ k: Double) -> Double { normals.reduce(0) { $0 + pow($1, k) } / Double(count) }
    // Four standard errors of each moment at 200,000 draws.
    #expect(abs(moment(1)) < 0.009)
    #expect(abs(moment(2) - 1) < 0.013)
    #expect(abs(moment(3)) < 0.035)
    #expect(abs(moment(4) - 3) < 0.088)
    let pairs = zip(normals, normals.dropFirst()).map(*)
    #expect(abs(pairs.reduce(0, +) / Double(pairs.count)) < 0.009)
  }
}
