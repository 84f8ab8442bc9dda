import COneDNN

/// Splits the rows of a batch into shards of a fixed size and works on them side by side.
///
/// A shard is small enough for its activations to stay in cache, and every operation on it runs on one thread. Shards
/// are dealt to a fixed number of *chains*, each with its own gradients; a chain's shards run in order and chains are
/// summed in order. So the split, the sums and the random streams depend on the batch alone, and the result has the
/// same bytes whatever the number of threads.
///
/// Unchecked: a tape is used by the one thread that runs its chain, and calls do not overlap.
public final class ShardedPass: @unchecked Sendable {
  /// The threads that work, free for other work between passes.
  public let gang: ThreadGang
  /// The gradients of the chains; their sum is the gradient of the batch.
  public let gradients: [GradientBuffer]

  private let rowsPerShard: Int
  private let tapes: [Tape]

  /// Makes the tapes for passes over batches of up to `rows` rows.
  ///
  /// - Parameters:
  ///   - store: the parameters.
  ///   - rows: the batch size that decides the number of chains.
  ///   - rowsPerShard: how many rows go through a tape at once. 512 measured best from width 256 to 512: fewer, and each
  ///     weight gradient is read and written more often. Divide it by the tokens of a row.
  ///   - gang: the threads that work.
  ///   - recordsGradients: false for sampling and scoring.
  public init(
    store: ParameterStore, rows: Int, rowsPerShard: Int = 512, precision: Precision, gang: ThreadGang,
    recordsGradients: Bool = true
  ) {
    self.gang = gang
    // A small batch still feeds two chains. More than a few cost: each is one more vector of gradients to sum.
    let size = recordsGradients && rows > 64 ? min(rowsPerShard, (rows + 1) / 2) : rowsPerShard
    let shards = max(1, (rows + size - 1) / size)
    let chains = recordsGradients ? min(shards, shards >= 16 ? 4 : 2) : min(shards, gang.threads)
    self.rowsPerShard = size
    let gradients = recordsGradients ? (0..<chains).map { _ in GradientBuffer(count: store.values.count) } : []
    self.gradients = gradients
    tapes = (0..<chains).map { chain in
      Tape(store: store, gradients: recordsGradients ? gradients[chain] : nil, precision: precision)
    }
  }

  /// The same with threads of its own.
  public convenience init(
    store: ParameterStore, rows: Int, rowsPerShard: Int = 512, precision: Precision, threads: Int,
    recordsGradients: Bool = true
  ) {
    self.init(
      store: store, rows: rows, rowsPerShard: rowsPerShard, precision: precision, gang: ThreadGang(threads: threads),
      recordsGradients: recordsGradients)
  }

  /// Runs a forward and a backward pass over every shard of `0 ..< rows`.
  ///
  /// - Parameters:
  ///   - random: each shard gets the child of its number for dropout; `nil` turns dropout off.
  ///   - body: makes the scalar loss of a range of rows on a tape; called from several threads.
  /// - Returns: the sum of the shards' losses. Gradients are added to ``gradients``.
  public func gradient(
    rows: Int, random: RandomStream?, _ body: @Sendable (Tape, Range<Int>) -> Variable
  ) -> Double {
    let losses = run(rows: rows, random: random) { tape, range in
      let loss = body(tape, range)
      tape.backward(from: loss)
      return Double(loss.values[0])
    }
    return losses.reduce(0, +)
  }

  /// Runs a forward pass over every shard of `0 ..< rows` and returns what the body makes of each, in order.
  public func map<Result: Sendable>(rows: Int, _ body: @Sendable (Tape, Range<Int>) -> Result) -> [Result] {
    run(rows: rows, random: nil, body)
  }

  private func run<Result: Sendable>(
    rows: Int, random: RandomStream?, _ body: @Sendable (Tape, Range<Int>) -> Result
  ) -> [Result] {
    let shards = (rows + rowsPerShard - 1) / rowsPerShard
    return [Result](unsafeUninitializedCapacity: shards) { results, count in
      // Each shard writes its own slot.
      nonisolated(unsafe) let slots = results.baseAddress
      gang.run(min(tapes.count, shards)) { chain in
        langevin_set_threads(1)
        let tape = tapes[chain]
        for shard in stride(from: chain, to: shards, by: tapes.count) {
          tape.reset()
          tape.random = random?.child(UInt64(shard))
          let range = shard * rowsPerShard..<min((shard + 1) * rowsPerShard, rows)
          (slots! + shard).initialize(to: body(tape, range))
        }
      }
      count = shards
    }
  }
}
