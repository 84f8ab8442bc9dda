import Tensors
import Testing

@Suite("Elementwise operations on a tape")
struct ElementwiseTests {
  static let shapes = [(1, 1), (1, 17), (5, 3), (3, 64)]

  @Test("sum, difference and product of two matrices", arguments: shapes)
  func arithmetic(shape: (Int, Int)) {
    let check = GradientCheck(seed: 10)
    check(shape, shape) {
      $0[0] + $0[1]
    } reference: {
      $0[0].zip($0[1], +)
    }
    check(shape, shape) {
      $0[0] - $0[1]
    } reference: {
      $0[0].zip($0[1], -)
    }
    check(shape, shape) {
      $0[0] * $0[1]
    } reference: {
      $0[0].zip($0[1], *)
    }
    check(shape) {
      $0[0].scaled(by: -2.5)
    } reference: {
      $0[0].map { $0 * -2.5 }
    }
  }

  @Test("one matrix on both sides")
  func twice() {
    let check = GradientCheck(seed: 11)
    check((3, 5)) {
      $0[0] + $0[0]
    } reference: {
      $0[0].map { 2 * $0 }
    }
    check((3, 5)) {
      $0[0] - $0[0]
    } reference: {
      $0[0].map { _ in 0 }
    }
    check((3, 5)) {
      $0[0] * $0[0]
    } reference: {
      $0[0].map { $0 * $0 }
    }
    check((3, 5)) {
      $0[0] * $0[0] * $0[0] + $0[0]
    } reference: {
      $0[0].map { $0 * $0 * $0 + $0 }
    }
  }

  @Test("a value that many use adds their gradients up")
  func accumulation() {
    GradientCheck(seed: 12)((4, 6), (1, 6)) { x in
      let h = (x[0] + x[0].scaled(by: 3)).adding(row: x[1])
      return (h + h.activated(.tanh)) * (h - h.scaled(by: 0.25)).adding(row: x[1]) + h.reshaped(rows: 4, columns: 6)
    } reference: { x in
      let h = Reference.addingRow(x[0].map { 4 * $0 }, x[1])
      let left = h.map { $0 + Reference.activation(.tanh, $0) }
      return left.zip(Reference.addingRow(h.map { 0.75 * $0 }, x[1]), *).zip(h, +)
    }
  }

  @Test("a row added to every row", arguments: shapes)
  func row(shape: (Int, Int)) {
    GradientCheck(seed: 13)(shape, (1, shape.1)) {
      $0[0].adding(row: $0[1])
    } reference: {
      Reference.addingRow($0[0], $0[1])
    }
  }

  @Test("every activation", arguments: Activation.allCases, shapes)
  func activations(kind: Activation, shape: (Int, Int)) {
    let check = GradientCheck(seed: 14)
    check(shape, scale: 3) {
      $0[0].activated(kind)
    } reference: {
      $0[0].map { Reference.activation(kind, $0) }
    }
    check(shape, scale: 3) {  // a second use of the input, so that its gradient is added to
      $0[0].activated(kind) + $0[0]
    } reference: {
      $0[0].map { $0 + Reference.activation(kind, $0) }
    }
  }

  @Test("activations far from zero neither overflow nor vanish", arguments: Activation.allCases)
  func extremes(kind: Activation) {
    let inputs = Matrix(1, 8, [-1e4, -200, -100, -20, 20, 100, 200, 1e4])
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.input(inputs.tensor)
    let y = x.activated(kind)
    tape.backward(from: y.sum())
    for (i, value) in inputs.values.enumerated() {
      let expected = Reference.activation(kind, value)
      #expect(abs(Double(y.values[i]) - expected) <= 1e-6 * max(1, abs(expected)), "\(kind) of \(value)")
      let limit = kind == .relu || kind == .silu || kind == .gelu ? (value > 0 ? 1.0 : 0) : 0
      #expect(abs(Double(tape.gradient(of: x).values[i]) - limit) < 1e-6, "slope of \(kind) at \(value)")
    }
  }

  @Test("the sum of all elements, used more than once", arguments: shapes)
  func sum(shape: (Int, Int)) {
    GradientCheck(seed: 15)(shape) {
      $0[0].sum() * ($0[0] * $0[0]).sum()
    } reference: { x in
      Matrix(1, 1, [x[0].values.reduce(0, +) * x[0].values.reduce(0) { $0 + $1 * $1 }])
    }
  }

  @Test("constants, and what is made of them, get no gradient")
  func constants() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    var stream = RandomStream(seed: 16)
    func constant(_ rows: Int, _ columns: Int) -> Variable {
      tape.constant(Matrix(random: rows, columns, &stream).tensor)
    }
    let x = tape.input(Matrix(random: 4, 6, &stream).tensor)
    let square = constant(6, 6), same = constant(4, 6), row = constant(1, 6), gain = constant(1, 6)
    let made = (same * same).activated(.silu)
    let parts = [
      x.linear(square, row), same.linear(square), x + same, same - x, x * same, made + x, x.adding(row: row),
      x.layerNorm(gain: gain, bias: row), same.layerNorm(gain: gain, bias: row),
      Variable.concatenating([same, x]).columns(3..<9), x.batchedProduct(square, batch: 1),
    ]
    tape.backward(from: parts.dropFirst().reduce(parts[0], +).sum())
    for variable in [square, same, row, gain, made] {
      #expect(tape.gradient(of: variable).values.allSatisfy { $0 == 0 })
    }
    #expect(tape.gradient(of: x).values.contains { $0 != 0 })
  }
}
