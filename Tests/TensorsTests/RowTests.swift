import Tensors
import Testing

@Suite("Operations on rows of a tape")
struct RowTests {
  static let shapes = [(1, 2), (1, 17), (5, 3), (4, 64)]

  @Test("layer norm", arguments: shapes)
  func layerNorm(shape: (Int, Int)) {
    GradientCheck(seed: 20)(shape, (1, shape.1), (1, shape.1)) {
      $0[0].layerNorm(gain: $0[1], bias: $0[2])
    } reference: {
      Reference.layerNorm($0[0], $0[1], $0[2])
    }
    GradientCheck(seed: 21)(shape, (1, shape.1), (1, shape.1)) {
      $0[0].layerNorm(gain: $0[1], bias: $0[2], epsilon: 0.5) + $0[0].layerNorm(gain: $0[1], bias: $0[1])
    } reference: {
      Reference.layerNorm($0[0], $0[1], $0[2], epsilon: 0.5).zip(Reference.layerNorm($0[0], $0[1], $0[1]), +)
    }
  }

  @Test("layer norm of rows far from zero keeps its precision")
  func layerNormOffset() {
    var stream = RandomStream(seed: 22)
    // Multiples of 1/64 near 1,000 are exact in Float32.
    let x = Matrix(random: 3, 40, &stream).map { ($0 * 64).rounded() / 64 + 1000 }
    let ones = Matrix(1, 40, Array(repeating: 1, count: 40)), zeros = Matrix(zeros: 1, 40)
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let y = tape.constant(x.tensor).layerNorm(gain: tape.constant(ones.tensor), bias: tape.constant(zeros.tensor))
    let expected = Reference.layerNorm(x, ones, zeros)
    // The mean rounds at 1000 · 2⁻²⁴ = 6e-5.
    for (a, b) in zip(y.values, expected.values) { #expect(abs(Double(a) - b) < 3e-4) }
  }

  @Test("softmax", arguments: shapes, [1, 0.25, 3] as [Float])
  func softmax(shape: (Int, Int), scale: Float) {
    GradientCheck(seed: 23)(shape) {
      $0[0].softmax(scale: scale)
    } reference: {
      Reference.softmax($0[0], scale: Double(scale))
    }
    GradientCheck(seed: 24)(shape) {
      $0[0] + $0[0].softmax(scale: scale)
    } reference: {
      $0[0].zip(Reference.softmax($0[0], scale: Double(scale)), +)
    }
  }

  @Test("softmax of huge logits")
  func softmaxExtremes() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.constant(Tensor([1e30, -1e30, 0, 1e30, 500, 400, -3e38, 3e38], shape: [2, 4]))
    #expect(Array(x.softmax().values) == [0.5, 0, 0, 0.5, 0, 0, 0, 1])
  }

  @Test("repeating rows and summing them", arguments: [1, 2, 3])
  func repeating(times: Int) {
    GradientCheck(seed: 25)((4, 5)) {
      $0[0].repeatingRows(times) + $0[0].repeatingRows(times)
    } reference: { x in
      .stacking((0..<4 * times).map { x[0].rows($0 / times..<$0 / times + 1).map { 2 * $0 } })
    }
    GradientCheck(seed: 26)((4 * times, 17)) {
      $0[0].summingRows(times)
    } reference: { x in
      var result = Matrix(zeros: 4, 17)
      for r in 0..<4 * times { for c in 0..<17 { result[r / times, c] += x[0][r, c] } }
      return result
    }
  }

  @Test("bags of embeddings; a negative index adds nothing", arguments: [1, 3, 17])
  func embedding(width: Int) {
    let indices: [Int32] = [0, 1, -1, 4, 4, 2, -1, -5, 3, 0, 0, 0]
    GradientCheck(seed: 27)((5, width)) {
      $0[0].embedding(indices, bag: 3) + $0[0].embedding(Array(indices[0..<4]), bag: 1)
    } reference: { x in
      var result = Matrix(zeros: 4, width)
      for (i, entry) in indices.enumerated() where entry >= 0 {
        for c in 0..<width { result[i / 3, c] += x[0][Int(entry), c] }
      }
      for (i, entry) in indices[0..<4].enumerated() where entry >= 0 {
        for c in 0..<width { result[i, c] += x[0][Int(entry), c] }
      }
      return result
    }
  }
}
