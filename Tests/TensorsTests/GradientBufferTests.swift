import Tensors
import Testing

@Suite("Gradient buffers")
struct GradientBufferTests {
  @Test("a pass overwrites what was cleared, adds to what was not, and leaves the unused at zero")
  func clearing() {
    var layout = ParameterLayout()
    let used = layout.add("used", rows: 2, columns: 3, .constant(1)),
      unused = layout.add("unused", columns: 5, .constant(1))
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1)))
    let buffer = GradientBuffer(count: layout.count)
    let tape = Tape(store: store, gradients: buffer)
    func pass(_ factor: Float, times: Int = 1) {
      for _ in 0..<times {
        tape.reset()
        _ = tape.parameter(unused)
        tape.backward(from: tape.parameter(used).scaled(by: factor).sum())
      }
    }
    func expect(_ value: Float) {
      for (i, gradient) in buffer.values.enumerated() { #expect(gradient == (i < 6 ? value : 0)) }
    }
    pass(2, times: 2)
    expect(4)
    for i in 0..<layout.count { buffer.values[i] = .nan }
    buffer.clear()
    pass(3, times: 2)
    expect(6)
    buffer.clear()
    buffer.clear()
    expect(0)
    // A parameter that is used twice, and one whose gradient is handed on as it is.
    buffer.clear()
    tape.reset()
    let w = tape.parameter(used)
    tape.backward(from: (w + w.scaled(by: 2)).sum())
    expect(3)
  }
}
