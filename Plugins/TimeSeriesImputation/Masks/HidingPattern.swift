import Tensors

/// A way of hiding observed cells, so that a method can learn to fill them and be judged on them.
///
/// Patterns as in W. Du et al., "TSI-Bench: benchmarking time series imputation", 2024, section 3.2 (PyGrinder).
enum HidingPattern: Sendable, Equatable {
  /// This share of the observed cells, each by itself: exactly `round(share × observed)` of them.
  case points(share: Double)
  /// Runs over this many steps in one channel each, as many as would hide the share of all cells if none overlapped.
  case subsequences(share: Double, length: Int)
  /// Runs over this many steps in so many consecutive channels, as many as would hide the share if none overlapped.
  case blocks(share: Double, length: Int, width: Int)

  /// Draws the cells to hide, `[steps, channels]`; all of them are observed.
  func draw(in grid: MaskGrid, random: inout RandomStream) -> [Bool] {
    var hidden = [Bool](repeating: false, count: grid.observed.count)
    guard grid.steps > 0, grid.channels > 0 else { return hidden }
    switch self {
    case .points(let share):
      var places = grid.observed.indices.filter { grid.observed[$0] }
      let count = min(places.count, max(0, Int((share * Double(places.count)).rounded())))
      // The first part of a Fisher–Yates shuffle.
      for place in 0..<count {
        places.swapAt(place, place + random.integer(below: places.count - place))
        hidden[places[place]] = true
      }
    case .subsequences(let share, let length):
      hideRuns(share, length, width: 1, in: grid, &hidden, &random)
    case .blocks(let share, let length, let width):
      hideRuns(share, length, width: width, in: grid, &hidden, &random)
    }
    return hidden
  }

  private func hideRuns(
    _ share: Double, _ length: Int, width: Int, in grid: MaskGrid, _ hidden: inout [Bool], _ random: inout RandomStream
  ) {
    let length = min(max(length, 1), grid.steps), width = min(max(width, 1), grid.channels)
    let expected = share * Double(grid.observed.count) / Double(length * width)
    // The fraction of a run is one with that probability.
    let count = Int(expected) + (random.uniformDouble() < expected - expected.rounded(.down) ? 1 : 0)
    for _ in 0..<count {
      let start = random.integer(below: grid.steps - length + 1)
      let first = random.integer(below: grid.channels - width + 1)
      for step in start..<start + length {
        for channel in first..<first + width where grid[step, channel] { hidden[step * grid.channels + channel] = true }
      }
    }
  }
}
