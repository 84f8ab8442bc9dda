import Tensors
import Testing

@Suite("Products on a tape")
struct ProductTests {
  static let shapes = [(1, 1, 1), (1, 17, 5), (3, 1, 2), (7, 17, 9), (16, 32, 33)]

  @Test("linear maps, with and without a bias", arguments: Precision.allCases, shapes)
  func linear(precision: Precision, shape: (Int, Int, Int)) {
    let (rows, inner, columns) = shape
    let check = GradientCheck(seed: 2, precision: precision)
    check((rows, inner), (inner, columns)) {
      $0[0].linear($0[1])
    } reference: {
      $0[0].times($0[1])
    }
    check((rows, inner), (inner, columns), (1, columns)) {
      $0[0].linear($0[1], $0[2])
    } reference: {
      Reference.addingRow($0[0].times($0[1]), $0[2])
    }
  }

  @Test("batched products, plain and transposed", arguments: Precision.allCases, [1, 2, 5])
  func batched(precision: Precision, batch: Int) {
    let check = GradientCheck(seed: 3, precision: precision)
    for (m, n, k) in [(1, 3, 2), (4, 4, 4), (5, 7, 17)] {
      check((batch * m, k), (batch * k, n)) {
        $0[0].batchedProduct($0[1], batch: batch)
      } reference: { x in
        .stacking((0..<batch).map { x[0].rows($0 * m..<$0 * m + m).times(x[1].rows($0 * k..<$0 * k + k)) })
      }
      check((batch * m, k), (batch * n, k)) {
        $0[0].batchedProduct($0[1], batch: batch, transposed: true)
      } reference: { x in
        .stacking((0..<batch).map { x[0].rows($0 * m..<$0 * m + m).times(x[1].rows($0 * n..<$0 * n + n).transposed) })
      }
    }
  }

  @Test("a matrix used in several products adds its gradients up", arguments: Precision.allCases)
  func shared(precision: Precision) {
    GradientCheck(seed: 4, precision: precision)((5, 6), (6, 6), scale: 0.5) { x in
      x[0].linear(x[1]).linear(x[1]) + x[0]
    } reference: { x in
      x[0].times(x[1]).times(x[1]).zip(x[0], +)
    }
    GradientCheck(seed: 5, precision: precision)((6, 3)) { x in
      x[0].batchedProduct(x[0], batch: 2, transposed: true)
    } reference: { x in
      .stacking([0..<3, 3..<6].map { x[0].rows($0).times(x[0].rows($0).transposed) })
    }
  }

  @Test("a product's gradient is whole before it is rounded", arguments: Precision.allCases)
  func manyUses(precision: Precision) {
    // Activations round the gradient on the way; every further use has to be in what the product sees.
    let uses: [(Variable) -> Variable] = [
      { $0.activated(.silu) }, { $0.scaled(by: 2) }, { $0.activated(.tanh) }, { $0 * $0 },
    ]
    let references: [(Double) -> Double] = [
      { Reference.activation(.silu, $0) }, { 2 * $0 }, { Reference.activation(.tanh, $0) }, { $0 * $0 },
    ]
    for order in [[0, 1], [1, 0], [0, 2, 1], [2, 3, 0], [3, 0, 2, 1]] {
      GradientCheck(seed: 6, precision: precision)((5, 7), (7, 6), scale: 0.5) { x in
        let h = x[0].linear(x[1])
        return order.dropFirst().reduce(uses[order[0]](h)) { $0 + uses[$1](h) }
      } reference: { x in
        x[0].times(x[1]).map { h in order.reduce(0) { $0 + references[$1](h) } }
      }
    }
  }

  @Test("a tape multiplies in a format that the machine has")
  func availablePrecision() {
    let store = ParameterStore(layout: ParameterLayout(), values: [])
    for precision in [Precision.float32, .bfloat16] {
      #expect(Precision.allCases.contains(Tape(store: store, precision: precision).precision))
    }
    #expect(Precision.float32.available == .float32 && Precision.fastest.available == Precision.fastest)
  }
}
