import Foundation
import Tensors
import Testing

@Suite("Thread gangs")
struct ThreadGangTests {
  /// Counts how often each item was done; each is touched by one thread at a time.
  private final class Tally: @unchecked Sendable {
    let counts: UnsafeMutableBufferPointer<Int>
    init(_ count: Int) {
      counts = .allocate(capacity: count)
      counts.initialize(repeating: 0)
    }
    deinit { counts.deallocate() }
  }

  @Test("every item is done once, with fewer and with more threads than processors", arguments: [1, 2, 3, 8])
  func everyItem(threads: Int) {
    let gang = ThreadGang(threads: threads)
    #expect(gang.threads == threads)
    for count in [0, 1, 2, 3, 63, 64, 65, 1000] {
      for round in 1...20 {
        let tally = Tally(count)
        gang.run(count) { tally.counts[$0] += round }
        #expect(tally.counts.allSatisfy { $0 == round })
      }
    }
  }

  @Test("work after a pause, when the threads sleep")
  func sleeping() {
    let gang = ThreadGang(threads: 2), tally = Tally(4)
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.003)
      gang.run(4) {
        Thread.sleep(forTimeInterval: 0.001)
        tally.counts[$0] += 1
      }
    }
    #expect(tally.counts.allSatisfy { $0 == 5 })
  }

  @Test("many short gangs, some of them without work")
  func lives() {
    for round in 0..<200 {
      let gang = ThreadGang(threads: 3), tally = Tally(3)
      if round % 2 == 0 { gang.run(3) { tally.counts[$0] += 1 } }
      #expect(tally.counts.allSatisfy { $0 == (round % 2 == 0 ? 1 : 0) })
    }
  }
}
