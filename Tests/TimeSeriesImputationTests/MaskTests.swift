import Tensors
import Testing

@testable import TimeSeriesImputation

@Suite("Masks")
struct MaskTests {
  private static func grid(_ steps: Int, _ channels: Int, missing: Float, seed: UInt64) -> MaskGrid {
    var random = RandomStream(seed: seed)
    return MaskGrid(
      steps: steps, channels: channels, observed: (0..<steps * channels).map { _ in random.uniform() >= missing })
  }

  @Test("only observed cells are hidden, by every pattern", arguments: 0..<20 as Range<UInt64>)
  func observedOnly(seed: UInt64) {
    var random = RandomStream(seed: seed).child(1)
    let grid = Self.grid(20 + Int(seed) * 3, 1 + Int(seed) % 6, missing: Float(seed) / 22, seed: seed)
    let gaps = GapPattern([grid])
    let masks =
      [
        HidingPattern.points(share: 0.3), .subsequences(share: 0.5, length: 9),
        .blocks(share: 0.4, length: 5, width: 2),
      ]
      .map { $0.draw(in: grid, random: &random) } + [gaps.draw(share: 0.1, in: grid, random: &random)]
    for hidden in masks {
      #expect(hidden.count == grid.observed.count)
      #expect(zip(hidden, grid.observed).allSatisfy { !$0 || $1 })
      #expect(grid.hiding(hidden).count == grid.count - hidden.count { $0 })
    }
    #expect(masks[0].count { $0 } == Int((0.3 * Double(grid.count)).rounded()))
  }

  @Test("runs and blocks have their form")
  func forms() {
    let grid = MaskGrid(steps: 400, channels: 5, observed: Array(repeating: true, count: 2000))
    var random = RandomStream(seed: 4)
    // One run hides length / cells.
    let run = HidingPattern.subsequences(share: 9.0 / 2000, length: 9).draw(in: grid, random: &random)
    let cells = run.indices.filter { run[$0] }
    #expect(cells.count == 9 && zip(cells, cells.dropFirst()).allSatisfy { $1 - $0 == 5 })
    let block = HidingPattern.blocks(share: 12.0 / 2000, length: 4, width: 3).draw(in: grid, random: &random)
    let places = block.indices.filter { block[$0] }
    #expect(places.count == 12 && Set(places.map { $0 / 5 }).count == 4 && Set(places.map { $0 % 5 }).count == 3)
  }

  @Test("hidden gaps are as long as the data's own, and shared by channels where theirs are")
  func ownGaps() {
    // Outages of 12 steps in channels 0 to 2 together; channel 3 lacks single steps.
    var observed = [Bool](repeating: true, count: 4000 * 4)
    for start in stride(from: 50, to: 3900, by: 150) {
      for step in start..<start + 12 { for channel in 0..<3 { observed[step * 4 + channel] = false } }
      observed[(start + 70) * 4 + 3] = false
    }
    let grid = MaskGrid(steps: 4000, channels: 4, observed: observed)
    var random = RandomStream(seed: 5)
    let hidden = GapPattern([grid]).draw(share: 0.05, in: grid, random: &random)
    func runs(_ channel: Int) -> [Int] {
      var lengths: [Int] = [], run = 0
      for step in 0..<4000 {
        if hidden[step * 4 + channel] {
          run += 1
        } else if run > 0 {
          lengths.append(run)
          run = 0
        }
      }
      return lengths
    }
    // Most: a tenth of the copies go alone to any channel, and copies may touch each other.
    let long = runs(0).filter { $0 == 12 }.count
    #expect(Double(long) > 0.5 * Double(runs(0).count))
    #expect(Double(runs(3).filter { $0 == 1 }.count) > 0.5 * Double(runs(3).count))
    let together = (0..<4000).filter { hidden[$0 * 4] && hidden[$0 * 4 + 1] && hidden[$0 * 4 + 2] }.count
    let any = (0..<4000).filter { hidden[$0 * 4] }.count
    #expect(Double(together) > 0.7 * Double(any))
  }

  @Test("sparse data are not made much sparser around what is hidden")
  func sparse() {
    let grid = Self.grid(3000, 5, missing: 0.8, seed: 6)
    var random = RandomStream(seed: 7)
    let hidden = GapPattern([grid]).draw(share: 0.1, in: grid, random: &random)
    let left = grid.hiding(hidden)
    // Of the other channels at hidden cells, as many are there as at missing ones: .2.
    var known = 0.0, all = 0.0
    for step in 0..<3000 {
      for channel in 0..<5 where hidden[step * 5 + channel] {
        for other in 0..<5 where other != channel {
          known += left[step, other] ? 1 : 0
          all += 1
        }
      }
    }
    #expect(abs(known / all - 0.2) < 0.06)
  }
}
