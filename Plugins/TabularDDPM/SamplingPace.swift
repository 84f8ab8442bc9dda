import DiffusionCore
import NeuralNetworks

/// How long it takes to make rows, measured on a few: the same network takes another time on each machine and under each load.
enum SamplingPace {
  /// About how many seconds rows take.
  ///
  /// - Parameters:
  ///   - rows: how many are to be made.
  ///   - shard: how many go through a tape at once.
  ///   - threads: that work side by side.
  ///   - make: makes one shard on each thread.
  static func seconds(rows: Int, shard: Int, threads: Int, make: (_ rows: Int) throws -> Void) rethrows -> Double {
    let few = min(rows, shard * threads)
    guard few > 0 else { return 0 }
    // The first call makes what others use.
    try make(1)
    let clock = Stopwatch()
    try make(few)
    return clock.seconds * Double(rows) / Double(few)
  }
}

extension MaskedObjective {
  /// About how many seconds it takes to make rows, each with so many evaluations of the network.
  func secondsToMake(_ rows: Int, evaluations: Int, store: ParameterStore, precision: Precision, threads: Int) throws
    -> Double
  {
    var sampler = try MaskedSampler(self, plan: try ConditionPlan([], coding: coding, layout: layout))
    sampler.evaluations = evaluations
    let shard = FittedTabularMasked.shard
    let pass = ShardedPass(
      store: store, rows: shard * threads, rowsPerShard: shard, precision: precision, threads: threads,
      recordsGradients: false)
    return try SamplingPace.seconds(rows: rows, shard: shard, threads: threads) { rows in
      let shards = pass.map(rows: rows) { [sampler] tape, range in
        Result {
          let start = MaskedSampler.Rows(
            count: range.count, codes: Array(repeating: Cells.unknown, count: range.count * layout.slots.count),
            scores: Array(repeating: 0, count: range.count * layout.scoreCount),
            numbers: Array(repeating: .nan, count: range.count * coding.columns.count))
          _ = try sampler.sample(start, random: RandomStream(seed: 0, stream: UInt64(range.lowerBound)), on: tape)
        }
      }
      for result in shards { try result.get() }
    }
  }
}
