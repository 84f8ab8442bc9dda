// Times training steps of plain networks and prints them as JSON lines, for `run` to set beside PyTorch.
//
//   training-step [threads]

import Dispatch
import Foundation
import NeuralNetworks

struct Case {
  var batch: Int, width: Int, layers: Int, dropout: Float = 0
  static let inputs = 110
  /// Multiply-adds count twice; a training step costs three products per layer.
  var flops: Double {
    let weights = Self.inputs * width + (layers - 1) * width * width + width * Self.inputs
    return 6 * Double(batch) * Double(weights)
  }
}

func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

/// The median time of repeated runs, in seconds.
func median(seconds: Double, _ body: () -> Void) -> Double {
  for _ in 0..<5 { body() }
  var times: [Double] = []
  let start = now()
  while now() - start < seconds || times.count < 10 {
    let begin = now()
    body()
    times.append(now() - begin)
  }
  return times.sorted()[times.count / 2]
}

func time(_ c: Case, precision: Precision, threads: Int) -> Double {
  var layout = ParameterLayout()
  let network = MLP(
    "mlp", widths: [Case.inputs] + Array(repeating: c.width, count: c.layers) + [Case.inputs], activation: .relu,
    dropout: c.dropout, in: &layout)
  let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1)))
  let optimizer = Optimizer(OptimizerSettings(averageDecay: 0), store: store)
  let pass = ShardedPass(store: store, rows: c.batch, precision: precision, threads: threads)
  var random = RandomStream(seed: 2)
  let input = random.normals(c.batch * Case.inputs), target = random.normals(c.batch * Case.inputs)
  let weights = [Float](repeating: 1 / Float(c.batch * Case.inputs), count: c.batch * Case.inputs)
  var step: UInt64 = 0
  return median(seconds: 1.5) {
    step += 1
    _ = pass.gradient(rows: c.batch, random: RandomStream(seed: 3, stream: step)) { tape, range in
      let cells = range.lowerBound * Case.inputs..<range.upperBound * Case.inputs
      let x = tape.constant(rows: range.count, columns: Case.inputs) { memory in
        _ = memory.update(fromContentsOf: input[cells])
      }
      return network(x).squaredError(Array(target[cells]), weights: Array(weights[cells]))
    }
    optimizer.step(store, gradients: pass.gradients, threads: threads)
  }
}

let threads = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1])! : 2
let cases = [
  Case(batch: 1024, width: 512, layers: 3), Case(batch: 256, width: 256, layers: 3),
  Case(batch: 4096, width: 256, layers: 3), Case(batch: 4096, width: 256, layers: 3, dropout: 0.1),
]
for c in cases {
  for precision in Precision.allCases {
    let seconds = time(c, precision: precision, threads: threads)
    print(
      "{\"batch\": \(c.batch), \"width\": \(c.width), \"layers\": \(c.layers), \"dropout\": \(c.dropout), "
        + "\"precision\": \"\(precision)\", \"ms\": \(seconds * 1e3), \"gflops\": \(c.flops / seconds * 1e-9)}")
  }
}
