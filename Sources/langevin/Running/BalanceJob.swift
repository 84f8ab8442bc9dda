import DiffusionCore
import Tables

/// One balancing as `balance` runs it.
struct BalanceJob: TrainingSession {
  let method: any Balancer
  let table: Table, schema: Schema
  let request: BalanceRequest
  let options: OptionValues
  let training: TrainingOptions
  let seed: UInt64
  let threads: Int
  let place: OutputPlace
  let checkpoint: CheckpointFile?
  let console: Console
  let interruption: Interruption
  let clock: Stopwatch

  /// Makes the rows.
  func run() throws -> Balanced {
    try run { try method.balance(table, schema: schema, request: request, options: options, run: $0) }
  }
}
