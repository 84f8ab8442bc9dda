import Foundation
import Tensors
import Testing

@Suite("Attention along an axis")
struct AttentionTests {
  /// Queries, keys and values side by side; every head of every sequence by the formula.
  private static func reference(_ x: Matrix, _ axis: SequenceAxis, heads: Int) -> Matrix {
    let width = x.columns / 3, size = width / heads
    var result = Matrix(zeros: x.rows, width)
    for outer in 0..<axis.outer {
      for inner in 0..<axis.inner {
        let rows = (0..<axis.tokens).map { (outer * axis.tokens + $0) * axis.inner + inner }
        for head in 0..<heads {
          func part(_ third: Int) -> Matrix {
            Matrix(
              rows.count, size, rows.flatMap { row in (0..<size).map { x[row, third * width + head * size + $0] } })
          }
          let scores = part(0).times(part(1).transposed)
          let attended = Reference.softmax(scores, scale: 1 / Double(size).squareRoot()).times(part(2))
          for (place, row) in rows.enumerated() {
            for column in 0..<size { result[row, head * size + column] = attended[place, column] }
          }
        }
      }
    }
    return result
  }

  // One token, fewer and more than a kernel takes at once, and heads of the kernel's own size and of others.
  static let axes = [
    SequenceAxis(outer: 2, tokens: 1), SequenceAxis(outer: 2, tokens: 3, inner: 2), SequenceAxis(outer: 1, tokens: 17),
    SequenceAxis(outer: 1, tokens: 9, inner: 3),
  ]

  @Test("value and gradient", arguments: Precision.allCases.filter { $0 == .float32 || $0 == .fastest }, axes)
  func gradient(precision: Precision, axis: SequenceAxis) {
    for (heads, size) in [(1, 16), (2, 3), (2, 16), (1, 20)] {
      GradientCheck(seed: 50, precision: precision)((axis.rows, 3 * heads * size)) {
        $0[0].attention(along: axis, heads: heads)
      } reference: {
        Self.reference($0[0], axis, heads: heads)
      }
    }
  }

  @Test("a value that is used twice adds its gradients up")
  func twice() {
    let axis = SequenceAxis(outer: 1, tokens: 5)
    GradientCheck(seed: 51)((5, 12)) {
      $0[0].attention(along: axis, heads: 2) + $0[0].attention(along: axis, heads: 1)
    } reference: {
      Self.reference($0[0], axis, heads: 2).zip(Self.reference($0[0], axis, heads: 1), +)
    }
  }

  @Test("huge scores pick one value")
  func extremes() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.constant(Tensor([1e18, 1e18, 3, 0, -1e18, 5], shape: [2, 3]))
    #expect(Array(x.attention(along: SequenceAxis(outer: 1, tokens: 2), heads: 1).values) == [3, 4])
  }
}
