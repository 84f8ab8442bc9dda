import NeuralNetworks

/// Draws of hidden cells to train on: as the data's own gaps lie, and in points, runs and blocks besides, so that a model
/// meets every gap in training. Patterns have to match: trained on points alone, MTSCI's error on blocks is a tenth larger
/// (Zhou et al., CIKM 2024).
///
/// Few cells are hidden, mostly: with many more, what is left to see would be sparser than what is to be filled later.
struct TrainingViews {
  let pattern: GapPattern
  /// Whether the data have gaps enough to learn from them what gaps are like.
  let hasGaps: Bool

  /// Draws the hidden cells of a series.
  func hidden(in grid: MaskGrid, random: inout RandomStream) -> [Bool] {
    let share = [0.05, 0.1, 0.1, 0.15, 0.25][random.integer(below: 5)]
    let kind = random.uniform()
    if kind < (hasGaps ? 0.7 : 0.25) { return pattern.draw(share: share, in: grid, random: &random) }
    let length = min(max(1, grid.steps / 2), 2 + random.integer(below: 23))
    let patterns: [HidingPattern] = [
      .points(share: share), .subsequences(share: share, length: length),
      .blocks(share: share, length: min(length, 8), width: 1 + random.integer(below: grid.channels)),
    ]
    return patterns[random.integer(below: 3)].draw(in: grid, random: &random)
  }

  /// Views of a frame with cells hidden in several draws, filled by a cheap mean.
  static func make(
    _ frame: SeriesFrame, count: Int, threads: Int, random: RandomStream,
    draw: @Sendable (MaskGrid, inout RandomStream) -> [Bool], fill: (SeriesFrame) throws -> [[Float]]
  ) throws -> [MaskedView] {
    let grids = frame.grids, entities = frame.entities.count
    // Draws and entities side by side: there may be few of either.
    let gang = ThreadGang(threads: threads)
    let hidden = [[Bool]](unsafeUninitializedCapacity: count * entities) { slots, initialized in
      // Each draw of each entity writes its own slot.
      nonisolated(unsafe) let base = slots.baseAddress!
      gang.run(count * entities) { place in
        var stream = random.child(UInt64(place))
        (base + place).initialize(to: draw(grids[place % entities], &stream))
      }
      initialized = count * entities
    }
    return try (0..<count).map { number in
      let masked = frame.hiding(Array(hidden[number * entities..<(number + 1) * entities]))
      return MaskedView(masked, base: try fill(masked))
    }
  }
}
