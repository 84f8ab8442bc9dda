import Foundation
import Tensors
import Testing

@Suite("Losses on a tape")
struct LossTests {
  @Test("ragged cross-entropies and mixture densities", arguments: [(1, 0), (1, 1), (3, 0), (3, 2), (17, 0), (17, 8)])
  func ragged(components: Int, anchored: Int) {
    // Columns: a softmax of 4, one that no term names, a mixture, a softmax of a single class.
    let width = 4 + 2 + 3 * components + 1, mixture = 6
    let anchors = (0..<2 * anchored).map { 0.3 * Float($0) - 0.7 }
    func terms() -> [LossTerm] {
      [
        .category(row: 0, start: 0, size: 4, target: 2, weight: 0.7),
        .density(row: 0, start: mixture, size: components, value: 0.3, weight: 1.3, anchored: anchored),
        .category(row: 2, start: 0, size: 4, target: 0, weight: 2),
        .category(row: 2, start: width - 1, size: 1, target: 0, weight: 1),
        .density(
          row: 2, start: mixture, size: components, value: -2.5, weight: 0.1, anchored: anchored, anchors: anchored),
      ]
    }
    GradientCheck(seed: 40)((3, width)) {
      $0[0].raggedLoss(terms(), anchors: anchors)
    } reference: { x in
      let total = terms().reduce(0.0) { total, term in
        let row = x[0].rows(Int(term.row)..<Int(term.row) + 1).values, start = Int(term.start), size = Int(term.size)
        let loss =
          term.target >= 0
          ? Reference.crossEntropy(Array(row[start..<start + size]), target: Int(term.target))
          : Reference.mixture(
            Array(row[start..<start + 3 * size]), value: Double(term.value),
            anchors: anchors[Int(term.anchors)..<Int(term.anchors + term.anchored)].map(Double.init))
        return total + Double(term.weight) * loss
      }
      return Matrix(1, 1, [total])
    }
  }

  @Test("each term's loss before its weight, and a loss that is used twice")
  func unweighted() {
    var stream = RandomStream(seed: 41)
    let logits = Matrix(random: 2, 5, &stream)
    let terms = [
      LossTerm.category(row: 1, start: 0, size: 5, target: 4, weight: 3),
      LossTerm.category(row: 0, start: 1, size: 2, target: 1, weight: 0),
    ]
    var losses = [Float](repeating: 0, count: 2)
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.input(logits.tensor)
    let loss = x.raggedLoss(terms, unweighted: &losses)
    let first = Reference.crossEntropy(logits.rows(1..<2).values, target: 4)
    let second = Reference.crossEntropy(Array(logits.values[1..<3]), target: 1)
    #expect(abs(Double(losses[0]) - first) < 1e-6 && abs(Double(losses[1]) - second) < 1e-6)
    #expect(abs(Double(loss.values[0]) - 3 * first) < 1e-5)

    GradientCheck(seed: 42).check([logits]) {
      let loss = $0[0].raggedLoss(terms)
      return loss * loss + $0[0].sum()
    } reference: {
      let loss = 3 * Reference.crossEntropy($0[0].rows(1..<2).values, target: 4)
      return Matrix(1, 1, [loss * loss + $0[0].values.reduce(0, +)])
    }
  }

  @Test("huge logits give finite losses and gradients")
  func extremes() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.input(Tensor([1e4, -1e4, 0, 3e4, -3e4, 60, 1e3, -20, 30, 0, -1e3, 1e3], shape: [2, 6]))
    let loss = x.raggedLoss([
      .category(row: 0, start: 0, size: 6, target: 4, weight: 1),
      .density(row: 1, start: 0, size: 2, value: 0, weight: 1),
    ])
    tape.backward(from: loss)
    #expect(loss.values[0].isFinite)
    #expect(tape.gradient(of: x).values.allSatisfy { $0.isFinite })
    #expect(Array(tape.gradient(of: x).values[0..<6]) == [0, 0, 0, 1, -1, 0])
  }

  @Test("log deviations outside the range are clamped, and only come back")
  func clamp() {
    let range = LossTerm.logDeviationRange
    #expect(range == -9...4)
    /// The loss and the slope of the log deviation of one Gaussian at zero.
    func run(_ logDeviation: Float, value: Float) -> (loss: Float, slope: Float) {
      let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
      let x = tape.input(Tensor([0, 0, logDeviation], shape: [1, 3]))
      let loss = x.raggedLoss([.density(row: 0, start: 0, size: 1, value: value, weight: 1)])
      tape.backward(from: loss)
      return (loss.values[0], tape.gradient(of: x).values[2])
    }
    for value in [0, 1e-4, 0.5, 3000] as [Float] {
      #expect(run(-11, value: value).loss == run(-9, value: value).loss)
      #expect(run(11, value: value).loss == run(4, value: value).loss)
    }
    // Too narrow: a value at the mean would narrow it further, a distant one widens it.
    #expect(run(-11, value: 0).slope == 0 && run(-9, value: 0).slope == 1)
    #expect(run(-11, value: 0.5).slope < 0)
    // Too wide: a very distant value would widen it further, a near one narrows it.
    #expect(run(11, value: 3000).slope == 0 && run(4, value: 3000).slope < 0)
    #expect(run(11, value: 0.5).slope > 0)
  }

  @Test("squared error with weights", arguments: [(1, 1), (1, 17), (6, 5)])
  func squaredError(shape: (Int, Int)) {
    var stream = RandomStream(seed: 43)
    let target = stream.normals(shape.0 * shape.1), weights = stream.uniforms(shape.0 * shape.1)
    GradientCheck(seed: 44)(shape) {
      $0[0].squaredError(target, weights: weights) + $0[0].sum()
    } reference: { x in
      let terms = zip(x[0].values, zip(target, weights)).map { value, pair in
        Double(pair.1) * (value - Double(pair.0)) * (value - Double(pair.0))
      }
      return Matrix(1, 1, [terms.reduce(0, +) + x[0].values.reduce(0, +)])
    }
  }
}
