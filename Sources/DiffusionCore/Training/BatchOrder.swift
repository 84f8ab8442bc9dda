import NeuralNetworks

/// Which rows each step trains on: one random order after another, cut into batches, as a function of the step.
struct BatchOrder: Sendable {
  let rows: Int
  let random: RandomStream
  private var epoch = -1
  private var order: [Int32] = []

  init(rows: Int, random: RandomStream) {
    self.rows = rows
    self.random = random
  }

  mutating func batch(_ step: Int, size: Int) -> [Int32] {
    var batch: [Int32] = []
    batch.reserveCapacity(size)
    var position = step * size
    while batch.count < size {
      if position / rows != epoch {
        epoch = position / rows
        var stream = random.child(UInt64(epoch))
        order = stream.permutation(rows).map { Int32($0) }
      }
      let start = position % rows, end = min(rows, start + size - batch.count)
      batch += order[start..<end]
      position += end - start
    }
    return batch
  }
}
