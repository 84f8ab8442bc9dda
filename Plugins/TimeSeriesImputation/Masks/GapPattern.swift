import Tensors

/// The gaps that data have of their own, to hide observed cells in the same way.
///
/// A gap is copied to where cells are observed: a run of missing cells is drawn, with what is missing beside it in other
/// channels meanwhile, and laid over another place. Of several places the one is taken where other channels are most alike
/// already, and there only so many are hidden that as many stay as beside the original: copying all that is missing to
/// any place would make sparse data sparser than they are.
struct GapPattern: Sendable {
  /// A missing cell, its place and its run, `first...last`; a run that begins or ends with the series has no known end.
  struct Gap: Sendable, Equatable {
    let grid: Int32, channel: Int32, first: Int32, last: Int32
  }

  /// The series that gaps are copied from.
  private let grids: [MaskGrid]
  /// The runs of missing cells, and the sums of their weights up to and including each.
  private let gaps: [Gap]
  private let weights: [Double]

  /// The number of missing cells.
  let missingCount: Int
  /// The lengths of all runs of missing cells.
  var lengths: [Int] { gaps.map { Int($0.last - $0.first) + 1 } }

  /// Places that are looked at for each gap.
  private static let candidates = 6

  /// Finds the gaps of series. Those of a channel without any value in any series are none: nothing could be copied.
  init(_ grids: [MaskGrid]) {
    self.grids = grids
    let channels = grids.first?.channels ?? 0
    let alive = (0..<channels).map { channel in
      grids.contains { grid in (0..<grid.steps).contains { grid[$0, channel] } }
    }
    var gaps: [Gap] = [], weights: [Double] = []
    var total = 0.0, missing = 0
    for (place, grid) in grids.enumerated() {
      // Missing cells before each step.
      var before = [0]
      for step in 0..<grid.steps {
        before.append(before[step] + (0..<channels).count { alive[$0] && !grid[step, $0] })
      }
      missing += before[grid.steps]
      for channel in 0..<channels where alive[channel] {
        var step = 0
        while step < grid.steps {
          guard !grid[step, channel] else {
            step += 1
            continue
          }
          let first = step
          while step < grid.steps, !grid[step, channel] { step += 1 }
          gaps.append(Gap(grid: Int32(place), channel: Int32(channel), first: Int32(first), last: Int32(step - 1)))
          // A copy hides what is missing in all channels: gaps side by side are drawn as one, so that every missing
          // cell counts alike.
          total += Double(step - first) / Double(before[step] - before[first])
          weights.append(total)
        }
      }
    }
    self.gaps = gaps
    self.weights = weights
    missingCount = missing
  }

  /// Draws cells to hide in one of the series: about the share of its observed cells, and never more than half of them in
  /// any channel. Without gaps of their own, series get runs of 1 to 24 steps.
  ///
  /// - Returns: `[steps, channels]`; all hidden cells are observed.
  func draw(share: Double, in grid: MaskGrid, random: inout RandomStream) -> [Bool] {
    var hidden = [Bool](repeating: false, count: grid.observed.count)
    guard grid.steps > 0 else { return hidden }
    var left = (0..<grid.channels).map { channel in
      (0..<grid.steps).reduce(0) { $0 + (grid[$1, channel] ? 1 : 0) } / 2
    }
    let observed = grid.count
    let goal = Int((share * Double(observed)).rounded(.up))
    var count = 0, attempts = 0
    while count < goal, attempts < 20 * goal + 100 {
      attempts += 1
      guard let copy = bestCopy(in: grid, hidden, &random) else { continue }
      // Half of a channel stays, so that there is something to fill from.
      for (step, channel) in copy where left[channel] > 0 && !hidden[step * grid.channels + channel] {
        hidden[step * grid.channels + channel] = true
        left[channel] -= 1
        count += 1
      }
    }
    return hidden
  }

  /// The cells that a copied gap hides, at the best of several places; nil where it hides none.
  private func bestCopy(
    in grid: MaskGrid, _ hidden: [Bool], _ random: inout RandomStream
  ) -> [(step: Int, channel: Int)]? {
    let template = drawTemplate(steps: grid.steps, channels: grid.channels, &random)
    var best: [(step: Int, channel: Int)]?, leastCost = Int.max
    for _ in 0..<Self.candidates {
      let channel = template.movesChannel ? random.integer(below: grid.channels) : template.channel
      let first = template.start(in: grid.steps, &random)
      var cells: [(step: Int, channel: Int)] = []
      var own = 0
      let lower = template.touchesStart ? 0 : max(0, first)
      let upper = template.touchesEnd ? grid.steps : min(grid.steps, first + template.length)
      guard lower < upper else { continue }
      let range = lower..<upper
      for step in range where grid[step, channel] && !hidden[step * grid.channels + channel] {
        cells.append((step, channel))
        own += 1
      }
      guard own > 0 else { continue }
      // Cells of the run that were missing already.
      var cost = 2 * (range.count - own)
      if let source = template.source {
        // As many others stay as were there beside the original, no fewer: those that it lacked go first. Of random gaps
        // this must hold over the run; step by step, what is there by chance in one alone would be lost.
        let shift = template.first - first
        let start = max(range.lowerBound, -shift)
        let steps = start..<max(start, min(range.upperBound, source.steps - shift))
        var excess = 0
        for step in steps {
          for other in 0..<grid.channels where other != channel {
            excess += grid[step, other] && !hidden[step * grid.channels + other] ? 1 : 0
            excess -= source[step + shift, other] ? 1 : 0
          }
        }
        // Those that are lacking cannot be made.
        cost += excess > 0 ? excess : -3 * excess
        let rotation = random.integer(below: grid.channels * max(steps.count, 1))
        for place in 0..<grid.channels * steps.count where excess > 0 {
          let turned = (place + rotation) % (grid.channels * steps.count)
          let step = steps.lowerBound + turned / grid.channels, other = turned % grid.channels
          let isThere = grid[step, other] && !hidden[step * grid.channels + other]
          if other != channel, isThere, !source[step + shift, other] {
            cells.append((step, other))
            excess -= 1
          }
        }
      }
      // A run beside another gap would make a longer one than was copied.
      for flank in [range.lowerBound - 1, range.upperBound] where (0..<grid.steps).contains(flank) {
        if !grid[flank, channel] || hidden[flank * grid.channels + channel] { cost += 1 + own }
      }
      if cost < leastCost { (best, leastCost) = (cells, cost) }
    }
    return best
  }

  // MARK: Templates

  private struct Template {
    let channel: Int, first: Int, length: Int
    /// Where the run has no end, or no beginning, inside its series.
    let touchesStart: Bool, touchesEnd: Bool
    /// Whether the copy goes to any channel, alone.
    let movesChannel: Bool
    let source: MaskGrid?

    /// Where a copy begins. At the ends of a series it is shifted by up to its length, to end elsewhere than the gap that
    /// is there.
    func start(in steps: Int, _ random: inout RandomStream) -> Int {
      if touchesStart && touchesEnd { return 0 }
      if touchesStart { return random.integer(below: 2 * length) - length + 1 }
      if touchesEnd { return steps - random.integer(below: 2 * length) - 1 }
      return random.integer(below: max(1, steps - length + 1))
    }
  }

  private func drawTemplate(steps: Int, channels: Int, _ random: inout RandomStream) -> Template {
    // Few gaps say little: then they are mixed with runs of all lengths.
    if missingCount == 0 || random.integer(below: min(missingCount, 1 << 31) + 20) < 20 {
      let length = min(max(1, steps / 4), (1 << random.integer(below: 5)) + random.integer(below: 2))
      return Template(
        channel: 0, first: 0, length: max(1, length), touchesStart: false, touchesEnd: false, movesChannel: true,
        source: nil)
    }
    let weight = random.uniformDouble() * weights[weights.count - 1]
    var low = 0, high = weights.count - 1
    while low < high {
      let middle = (low + high) / 2
      if weights[middle] > weight { high = middle } else { low = middle + 1 }
    }
    let gap = gaps[low], source = grids[Int(gap.grid)]
    let length = Int(gap.last - gap.first) + 1
    let whole = min(length, max(1, steps / 3))
    let offset = length > whole ? random.integer(below: length - whole + 1) : 0
    let moves = random.integer(below: 10) == 0
    return Template(
      channel: Int(gap.channel), first: Int(gap.first) + offset, length: whole,
      touchesStart: gap.first == 0 && whole == length,
      touchesEnd: Int(gap.last) == source.steps - 1 && whole == length, movesChannel: moves,
      source: moves ? nil : source)
  }
}
