// Times training steps of plain networks. `compare.py` calls it in turn with PyTorch; `run` starts that.
//
//   training-step list                              the cases, one JSON object a line
//   training-step time <case> <precision> <seconds> <threads>
//   training-step bare <case> <precision> <seconds> <threads>

import Dispatch
import Foundation
import NeuralNetworks

/// Which clock counts: the wall's, or this process's processor time, which neighbours on the machine do not lengthen.
let usesProcessorTime = ProcessInfo.processInfo.environment["TRAINING_STEP_CLOCK"] == "processor"

/// Seconds on the wall's clock.
func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

/// Seconds on the clock that counts.
func reading() -> Double { usesProcessorTime ? Double(clock()) / Double(CLOCKS_PER_SEC) : now() }

/// The median time of repeated runs, in seconds.
func median(seconds: Double, _ body: () -> Void) -> Double {
  for _ in 0..<5 { body() }
  var times: [Double] = []
  let start = now()
  while now() - start < seconds || times.count < 10 {
    let begin = reading()
    body()
    times.append(reading() - begin)
  }
  return times.sorted()[times.count / 2]
}

func time(_ c: Case, precision: Precision, threads: Int, seconds: Double) -> Double {
  var layout = ParameterLayout()
  let network = Network(c, in: &layout)
  let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1)))
  let optimizer = Optimizer(OptimizerSettings(averageDecay: 0), store: store)
  let rowsPerShard = CommandLine.arguments.count > 6 ? Int(CommandLine.arguments[6]) : nil
  let rows = c.batch * max(c.tokens, 1), columns = c.tokens > 0 ? c.width : Case.inputs
  let pass =
    rowsPerShard.map {
      ShardedPass(store: store, rows: c.batch, rowsPerShard: $0, precision: precision, threads: threads)
    }
    ?? ShardedPass(
      store: store, rows: c.batch, rowsPerShard: 512 / max(c.tokens, 1), precision: precision, threads: threads)
  var random = RandomStream(seed: 2)
  // As in PyTorch, the batch lies ready.
  nonisolated(unsafe) let input = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows * columns)
  _ = input.initialize(from: random.normals(rows * columns))
  let target = random.normals(rows * columns)
  let weights = [Float](repeating: 1 / Float(rows * columns), count: rows * columns)
  var step: UInt64 = 0
  return median(seconds: seconds) {
    step += 1
    _ = pass.gradient(rows: c.batch, random: RandomStream(seed: 3, stream: step)) { tape, range in
      let each = max(c.tokens, 1)
      let cells = range.lowerBound * each * columns..<range.upperBound * each * columns
      let x = tape.constant(
        rows: range.count * each, columns: columns, at: UnsafePointer(input.baseAddress! + cells.lowerBound))
      return network(x).squaredError(target[cells], weights: weights[cells])
    }
    optimizer.step(store, gradients: pass.gradients, gang: pass.gang)
  }
}

let arguments = CommandLine.arguments
if arguments.count == 2, arguments[1] == "list" {
  for c in Case.all { print(c.json) }
} else if arguments.count >= 6, let c = Case.all.first(where: { $0.name == arguments[2] }),
  let precision = Precision(rawValue: arguments[3]), let seconds = Double(arguments[4]), let threads = Int(arguments[5])
{
  if arguments[1] == "bare" {
    let (time, way) = Bare.time(c, precision: precision, threads: threads, seconds: seconds)
    print("{\"ms\": \(time * 1e3), \"way\": \"\(way)\"}")
  } else {
    print("{\"ms\": \(time(c, precision: precision, threads: threads, seconds: seconds) * 1e3)}")
  }
} else {
  print("usage: training-step list | (time | bare) <case> <precision> <seconds> <threads>")
  exit(2)
}
