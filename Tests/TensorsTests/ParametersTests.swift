import Tensors
import Testing

@Suite("Parameters")
struct ParametersTests {
  private func layout() -> (ParameterLayout, [Parameter]) {
    var layout = ParameterLayout()
    let parameters = [
      layout.add("weight", rows: 3, columns: 7, .uniform(inputs: 3)), layout.add("bias", columns: 5, .constant(2)),
      layout.add("table", rows: 100, columns: 17, .normal(deviation: 0.5)),
      layout.add("prior", columns: 3, .values([1, -2, 3])),
    ]
    return (layout, parameters)
  }

  @Test("parameters lie one after another, aligned, and start as they say")
  func starts() {
    let (layout, parameters) = layout()
    #expect(layout.parameters == parameters)
    var end = 0
    for parameter in parameters {
      #expect(parameter.offset >= end && parameter.offset % 16 == 0)
      end = parameter.offset + parameter.count
    }
    #expect(layout.count >= end)
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 70)))
    let weight = store.tensor(parameters[0])
    #expect(weight.shape == [3, 7] && weight.values.allSatisfy { abs($0) <= 1 / Float(3).squareRoot() })
    #expect(Set(weight.values).count == 21)
    #expect(store.tensor(parameters[1]).values == [2, 2, 2, 2, 2])
    let table = store.tensor(parameters[2]).values.map(Double.init)
    // 1,700 draws: the deviation is known to 1.7 %.
    #expect(abs((table.reduce(0) { $0 + $1 * $1 } / 1700).squareRoot() - 0.5) < 0.04)
    #expect(store.tensor(parameters[3]).values == [1, -2, 3])
  }

  @Test("a seed gives the same start, and a parameter's start does not hang on those after it")
  func reproducible() {
    let (layout, parameters) = layout()
    let values = layout.initialValues(RandomStream(seed: 71))
    #expect(values == layout.initialValues(RandomStream(seed: 71)))
    #expect(values != layout.initialValues(RandomStream(seed: 72)))
    var shorter = ParameterLayout()
    _ = shorter.add("weight", rows: 3, columns: 7, .uniform(inputs: 3))
    #expect(Array(values[0..<parameters[0].count]) == Array(shorter.initialValues(RandomStream(seed: 71))[0..<21]))
  }

  @Test("copies have memory of their own, and halves follow")
  func copies() {
    let (layout, parameters) = layout()
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 73)))
    let copy = store.copy()
    store.values[parameters[1].offset] = 9
    #expect(copy.tensor(parameters[1]).values == [2, 2, 2, 2, 2])
    #expect(copy.halves[parameters[1].offset] == 0x4000)  // 2 in bfloat16
    store.refreshHalves()
    #expect(store.halves[parameters[1].offset] == 0x4110)  // 9 in bfloat16
  }

  @Test("a parameter's gradient is added to the buffer; without one the pass records nothing")
  func gradients() {
    let (layout, parameters) = layout()
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 74)))
    let buffer = GradientBuffer(count: layout.count)
    let tape = Tape(store: store, gradients: buffer)
    for pass in 1...2 {
      tape.reset()
      let bias = tape.parameter(parameters[1])
      tape.backward(from: (bias * tape.parameter(parameters[1])).sum())
      let own = buffer.values[parameters[1].offset..<parameters[1].offset + 5]
      #expect(own.allSatisfy { $0 == 4 * Float(pass) })
      #expect(buffer.values.filter { $0 != 0 }.count == 5)
    }
    buffer.clear()
    #expect(buffer.values.allSatisfy { $0 == 0 })
    let plain = Tape(store: store)
    let bias = plain.parameter(parameters[1])
    let loss = bias.sum()
    plain.backward(from: loss)
    #expect(loss.values[0] == 10 && plain.gradient(of: bias).values.allSatisfy { $0 == 0 })
  }

  @Test("a tape gives the same bytes after a reset, whatever was on it before")
  func reuse() {
    let (layout, parameters) = layout()
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 75)))
    func run(_ tape: Tape, rows: Int) -> [Float] {
      tape.reset()
      let x = tape.input(Tensor((0..<rows * 3).map { Float($0 % 11) - 5 }, shape: [rows, 3]))
      let y = x.linear(tape.parameter(parameters[0])).activated(.gelu)
      tape.backward(from: (y * y).sum())
      return tape.gradient(of: x).values + Array(y.values)
    }
    let tape = Tape(store: store)
    let first = run(tape, rows: 5)
    _ = run(tape, rows: 40_000)  // more than the arena's first block
    _ = run(tape, rows: 40_000)
    #expect(run(tape, rows: 5) == first)
  }
}
