import Foundation
import Tensors
import Testing

@Suite("Passes over shards")
struct ShardedPassTests {
  /// A small network with dropout over rows of random numbers.
  private struct Model {
    let weight: Parameter, bias: Parameter, head: Parameter
    let store: ParameterStore
    let data: [Float]
    static let inputs = 9

    init(rows: Int) {
      var layout = ParameterLayout()
      weight = layout.add("weight", rows: Self.inputs, columns: 33, .uniform(inputs: Self.inputs))
      bias = layout.add("bias", columns: 33, .normal(deviation: 1))
      head = layout.add("head", rows: 33, columns: 1, .uniform(inputs: 33))
      store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 80)))
      var stream = RandomStream(seed: 81)
      data = stream.normals(rows * Self.inputs)
    }

    func loss(_ tape: Tape, _ rows: Range<Int>) -> Variable {
      let x = tape.constant(
        Tensor(
          Array(data[rows.lowerBound * Self.inputs..<rows.upperBound * Self.inputs]), shape: [rows.count, Self.inputs]))
      let h = x.linear(tape.parameter(weight), tape.parameter(bias)).activated(.silu, dropout: 0.2)
      let y = h.linear(tape.parameter(head))
      return (y * y).sum()
    }

    func gradient(_ pass: ShardedPass, rows: Int, random: RandomStream?) -> (Double, [Double]) {
      for buffer in pass.gradients { buffer.clear() }
      let loss = pass.gradient(rows: rows, random: random) { self.loss($0, $1) }
      var total = [Double](repeating: 0, count: store.values.count)
      for buffer in pass.gradients { for (i, value) in buffer.values.enumerated() { total[i] += Double(value) } }
      return (loss, total)
    }
  }

  @Test(
    "the bytes do not hang on the number of threads", arguments: [1, 64, 65, 300, 5000], Precision.allCases)
  func threads(rows: Int, precision: Precision) {
    let model = Model(rows: rows)
    var first: (Double, [[Float]])?
    for threads in [1, 2, 3] {
      let pass = ShardedPass(store: model.store, rows: rows, rowsPerShard: 128, precision: precision, threads: threads)
      for _ in 0..<2 {  // the second run works on used memory
        for buffer in pass.gradients { buffer.clear() }
        let loss = pass.gradient(rows: rows, random: RandomStream(seed: 82)) { model.loss($0, $1) }
        let gradients = pass.gradients.map { Array($0.values) }
        if let first {
          #expect(loss == first.0 && gradients == first.1, "\(threads) threads")
        } else {
          first = (loss, gradients)
        }
      }
    }
  }

  @Test("the gradient is that of the whole batch", arguments: [1, 100, 1000])
  func whole(rows: Int) {
    let model = Model(rows: rows)
    let pass = ShardedPass(store: model.store, rows: rows, rowsPerShard: 64, precision: .float32, threads: 2)
    let (loss, gradient) = model.gradient(pass, rows: rows, random: nil)
    let buffer = GradientBuffer(count: model.store.values.count)
    let tape = Tape(store: model.store, gradients: buffer)
    let whole = model.loss(tape, 0..<rows)
    tape.backward(from: whole)
    #expect(abs(loss - Double(whole.values[0])) < 1e-5 * abs(loss))
    let largest = buffer.values.reduce(0) { max($0, abs($1)) }
    for (a, b) in zip(gradient, buffer.values) { #expect(abs(a - Double(b)) < 1e-5 * Double(largest)) }
  }

  @Test("a batch of another size than announced is split alike")
  func otherSizes() {
    let model = Model(rows: 700)
    let pass = ShardedPass(store: model.store, rows: 300, rowsPerShard: 64, precision: .float32, threads: 2)
    let large = ShardedPass(store: model.store, rows: 700, rowsPerShard: 64, precision: .float32, threads: 1)
    for rows in [0, 1, 63, 64, 700] {
      let (loss, gradient) = model.gradient(pass, rows: rows, random: nil)
      let (expected, expectedGradient) = model.gradient(large, rows: rows, random: nil)
      #expect(abs(loss - expected) <= 1e-9 * expected)
      let largest = expectedGradient.reduce(0) { max($0, abs($1)) }
      for (a, b) in zip(gradient, expectedGradient) { #expect(abs(a - b) <= 1e-5 * largest) }
    }
  }

  @Test("map returns what the body makes of each shard, in order", arguments: [1, 2, 3])
  func map(threads: Int) {
    let model = Model(rows: 500)
    let pass = ShardedPass(
      store: model.store, rows: 500, rowsPerShard: 60, precision: .float32, threads: threads, recordsGradients: false)
    #expect(pass.gradients.isEmpty)
    let ranges = pass.map(rows: 500) { tape, range in
      #expect(tape.random == nil)
      return range
    }
    #expect(ranges == stride(from: 0, to: 500, by: 60).map { $0..<min($0 + 60, 500) })
  }

  @Test("dropout differs from shard to shard and from step to step")
  func dropout() {
    let model = Model(rows: 500)
    let pass = ShardedPass(store: model.store, rows: 500, rowsPerShard: 60, precision: .float32, threads: 2)
    let first = model.gradient(pass, rows: 500, random: RandomStream(seed: 83)).0
    #expect(first == model.gradient(pass, rows: 500, random: RandomStream(seed: 83)).0)
    #expect(first != model.gradient(pass, rows: 500, random: RandomStream(seed: 84)).0)
  }
}
