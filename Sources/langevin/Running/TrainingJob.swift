import DiffusionCore
import Tables

/// One training as `synth` and `fit` run it.
struct TrainingJob: TrainingSession {
  let method: any Synthesizer
  var data: CSVReader.Result
  let options: OptionValues
  let training: TrainingOptions
  let seed: UInt64
  let threads: Int
  let place: OutputPlace
  let checkpoint: CheckpointFile?
  let console: Console
  let interruption: Interruption
  let clock: Stopwatch
  var rowsToMake = 0
  var reserve = 0.0

  /// Trains, and leaves the checkpoint where it is: it goes when the output stands.
  func run() throws -> any FittedSynthesizer {
    try run { try method.fit(data.table, schema: data.schema, options: options, run: $0) }
  }
}
