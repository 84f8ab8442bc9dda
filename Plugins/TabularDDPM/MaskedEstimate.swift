import DiffusionCore
import NeuralNetworks

/// What rows cost a model, in nats: bounds on their negative log-likelihood.
struct MaskedEstimate: Sendable, Equatable {
  /// The bound of each row.
  var rows: [Double]
  /// What each column of the table adds to the mean.
  var columns: [Double]

  /// The mean bound of a row; not a number where there are none.
  var mean: Double { rows.isEmpty ? .nan : rows.reduce(0, +) / Double(rows.count) }
}

extension MaskedObjective {
  /// Estimates the bounds of some rows, with the same masks on every call.
  ///
  /// - Parameters:
  ///   - evaluations: how often each row is masked. Its shares of visible slots are spread evenly, so that with as many
  ///     evaluations as slots each number of visible slots occurs once.
  ///   - visible: how much of every row is visible, in 0 ..< 1; nil: all shares from the least that the model sees.
  func estimate(
    _ data: Cells, rows: [Int32], evaluations: Int, visible: Double? = nil, weighting: Weighting = .likelihood,
    pass: ShardedPass, seed: UInt64
  ) -> MaskedEstimate {
    let repeated = rows.flatMap { repeatElement($0, count: evaluations) }
    let parts = pass.map(rows: repeated.count) { tape, range -> (rows: [Float], columns: [Float]) in
      var part = (
        rows: [Float](repeating: 0, count: range.count), columns: [Float](repeating: 0, count: coding.columns.count)
      )
      _ = loss(
        data, rows: repeated[range],
        visible: { place in
          let (row, turn) = (range.lowerBound + place).quotientAndRemainder(dividingBy: evaluations)
          return visible
            ?? self.visible((Double(turn) + Self.share(row, offset: 0.5)) / Double(evaluations))
        }, weighting: weighting, weight: 1, random: RandomStream(seed: seed, stream: UInt64(range.lowerBound)),
        on: tape, perRow: &part.rows, perColumn: &part.columns)
      return part
    }
    let losses = parts.flatMap(\.rows)
    return MaskedEstimate(
      rows: rows.indices.map { row in
        losses[row * evaluations..<(row + 1) * evaluations].reduce(0) { $0 + Double($1) } / Double(evaluations)
      },
      columns: coding.columns.indices.map { column in
        parts.reduce(0) { $0 + Double($1.columns[column]) } / Double(max(repeated.count, 1))
      })
  }

  /// The cost of rows by each slot's own distribution, of a network that has learned nothing else: no row is visible.
  func estimateAtStart(_ data: Cells, rows: [Int32], pass: ShardedPass) -> MaskedEstimate {
    estimate(data, rows: rows, evaluations: 1, visible: 0, weighting: .everyHidden, pass: pass, seed: 0)
  }

  /// The bound of each row, in nats: its slots are revealed one after another in a random order of the row's own, and
  /// each is scored when its turn comes.
  ///
  /// - Parameter evaluations: rows with more slots are scored at so many of them, evenly spread.
  func bounds(_ data: Cells, evaluations: Int = 64, pass: ShardedPass, seed: UInt64) -> [Float] {
    let slots = layout.slots.count, turns = min(slots, evaluations)
    let rows = (0..<Int32(data.rows)).map { $0 }
    return pass.map(rows: data.rows) { tape, range -> [Float] in
      var total = [Float](repeating: 0, count: range.count)
      for turn in 0..<turns {
        tape.reset()
        // The same stream gives the same orders, so that each turn goes one slot further.
        _ = loss(
          data, rows: rows[range], visible: { _ in visible((Double(turn) + 0.5) / Double(turns)) },
          weighting: .nextOnly, weight: 1, random: RandomStream(seed: seed, stream: UInt64(range.lowerBound)), on: tape,
          perRow: &total)
      }
      return total.map { $0 * Float(slots) / Float(turns) }
    }.flatMap { $0 }
  }

  /// How much of a row is visible at a share of the levels that the model sees: 0 is the least, 1 all.
  func visible(_ share: Double) -> Double { leastVisible + (1 - leastVisible) * share }
}
