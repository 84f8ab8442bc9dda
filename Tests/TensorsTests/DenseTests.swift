import Tensors
import Testing

@Suite("Hidden layers on a tape")
struct DenseTests {
  static let shapes = [(1, 1, 1), (3, 17, 5), (16, 32, 33)]

  @Test("a dense layer of every activation", arguments: Precision.allCases, Activation.allCases)
  func dense(precision: Precision, kind: Activation) {
    for (rows, inner, columns) in Self.shapes { dense(precision, kind, rows, inner, columns) }
  }

  private func dense(_ precision: Precision, _ kind: Activation, _ rows: Int, _ inner: Int, _ columns: Int) {
    var stream = RandomStream(seed: 40)
    // Quarters are exact in bfloat16, so that its rounding moves nothing over a rectifier's corner; the bias is random.
    let quarters = [(rows, inner), (inner, columns)].map {
      Matrix(random: $0.0, $0.1, &stream).map { ($0 * 4).rounded() / 4 }
    }
    let bias = Matrix(random: 1, columns, &stream)
    let check = GradientCheck(seed: 41, precision: precision)
    check.check(quarters + [bias]) {
      $0[0].dense($0[1], $0[2], kind)
    } reference: { x in
      Reference.addingRow(x[0].times(x[1]), x[2]).map { Reference.activation(kind, $0) }
    }
    guard kind != .relu else { return }
    check.check(quarters) {
      $0[0].dense($0[1], nil, kind)
    } reference: { x in
      x[0].times(x[1]).map { Reference.activation(kind, $0) }
    }
  }

  @Test("layers after each other, and a hidden layer that many use", arguments: Precision.allCases)
  func chains(precision: Precision) {
    let check = GradientCheck(seed: 42, precision: precision)
    check((5, 7), (7, 6), (1, 6), (6, 4), scale: 0.5) { x in
      x[0].dense(x[1], x[2], .silu).dense(x[3], nil, .tanh).linear(x[3].reshaped(rows: 4, columns: 6), x[2])
    } reference: { x in
      let first = Reference.addingRow(x[0].times(x[1]), x[2]).map { Reference.activation(.silu, $0) }
      let second = first.times(x[3]).map { Reference.activation(.tanh, $0) }
      return Reference.addingRow(second.times(Matrix(4, 6, x[3].values)), x[2])
    }
    // Uses that give the gradient in bfloat16 and in Float32, in every order.
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 0, 1]] {
      check((5, 7), (7, 6), (6, 6), scale: 0.5) { x in
        let h = x[0].dense(x[1], nil, .silu)
        let uses = [h.linear(x[2]), h.scaled(by: 2), h.reshaped(rows: 6, columns: 5).reshaped(rows: 5, columns: 6)]
        return order.dropFirst().reduce(uses[order[0]]) { $0 + uses[$1] }
      } reference: { x in
        let h = x[0].times(x[1]).map { Reference.activation(.silu, $0) }
        let uses = [h.times(x[2]), h.map { 2 * $0 }, h]
        return order.dropFirst().reduce(uses[order[0]]) { $0.zip(uses[$1], +) }
      }
    }
  }

  @Test("a linear map added to a matrix, its own input too", arguments: Precision.allCases)
  func residual(precision: Precision) {
    let check = GradientCheck(seed: 43, precision: precision)
    check((5, 7), (7, 6), (1, 6), (5, 6)) { x in
      x[0].linear(x[1], x[2], addedTo: x[3])
    } reference: { x in
      Reference.addingRow(x[0].times(x[1]), x[2]).zip(x[3], +)
    }
    check((5, 6), (6, 6), scale: 0.5) { x in
      x[0].linear(x[1], addedTo: x[0]).linear(x[1], addedTo: x[0])
    } reference: { x in
      x[0].times(x[1]).zip(x[0], +).times(x[1]).zip(x[0], +)
    }
  }

  @Test("values kept for products", arguments: Precision.allCases)
  func operands(precision: Precision) {
    let check = GradientCheck(seed: 44, precision: precision)
    check((6, 4), (4, 4), (6, 4)) { x in
      x[0].linear(x[1], feedsProducts: true).swappingAxes(outer: 2, first: 3, second: 2, width: 2)
        .batchedProduct(x[2].reshaped(rows: 12, columns: 2), batch: 4, transposed: true, feedsProducts: true)
        .reshaped(rows: 6, columns: 6)
    } reference: { x in
      let left = Reference.swappingAxes(x[0].times(x[1]), 2, 3, 2, 2), right = Matrix(12, 2, x[2].values)
      let product = Matrix.stacking(
        (0..<4).map { left.rows($0 * 3..<$0 * 3 + 3).times(right.rows($0 * 3..<$0 * 3 + 3).transposed) })
      return Matrix(6, 6, product.values)
    }
    check((4, 9)) {
      $0[0].softmax()
    } reference: {
      Reference.softmax($0[0], scale: 1)
    }
    check((4, 9), (1, 9), (1, 9), (9, 3)) { x in
      x[0].layerNorm(gain: x[1], bias: x[2]).linear(x[3])
    } reference: { x in
      Reference.layerNorm(x[0], x[1], x[2]).times(x[3])
    }
  }

  @Test("dropout in a layer is dropout after it", arguments: Precision.allCases, Activation.allCases)
  func dropout(precision: Precision, kind: Activation) {
    var stream = RandomStream(seed: 45)
    let inputs = [(20, 8), (8, 33), (1, 33)].map { Matrix(random: $0.0, $0.1, &stream).tensor }
    func run(_ layer: (Variable, Variable, Variable) -> Variable) -> [[Float]] {
      let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []), precision: precision)
      tape.random = RandomStream(seed: 46)
      let x = inputs.map { tape.input($0) }
      let y = layer(x[0], x[1], x[2])
      let values = Array(y.values)
      tape.backward(from: (y * y).sum())
      return [values] + x.map { tape.gradient(of: $0).values }
    }
    let fused = run { $0.dense($1, $2, kind, dropout: 0.3) }
    let apart = run { $0.linear($1, $2).activated(kind, dropout: 0.3) }
    #expect(zip(fused[0], apart[0]).allSatisfy { ($0 == 0) == ($1 == 0) })
    let tolerance = precision == .float32 ? Float(GradientCheck.float32Tolerance) : 2e-2
    for (a, b) in zip(fused, apart) {
      let largest = b.reduce(1) { max($0, abs($1)) }
      for (a, b) in zip(a, b) { #expect(abs(a - b) <= tolerance * largest) }
    }
  }

  @Test("a pass without gradients gives the same values", arguments: Precision.allCases, Activation.allCases)
  func evaluation(precision: Precision, kind: Activation) {
    var stream = RandomStream(seed: 47)
    let inputs = [(20, 8), (8, 33), (1, 33)].map { Matrix(random: $0.0, $0.1, &stream).tensor }
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []), precision: precision)
    let results = [inputs.map { tape.input($0) }, inputs.map { tape.constant($0) }].map {
      $0[0].dense($0[1], $0[2], kind)
    }
    #expect(Array(results[0].values) == Array(results[1].values))
  }
}
