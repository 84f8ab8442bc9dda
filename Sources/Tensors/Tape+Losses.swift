import CKernels

/// One term of a ragged loss: a group of neighbouring columns of one row, and what it should say.
public struct LossTerm: Sendable {
  /// The row.
  public var row: Int32
  /// The group's first column.
  public var start: Int32
  /// For a softmax group the number of classes; for a mixture the number of components (three columns each).
  public var size: Int32
  /// For a softmax group the class.
  public var target: Int32
  /// For a mixture the value whose density counts.
  public var value: Float
  /// What the term's loss is multiplied with.
  public var weight: Float

  /// A softmax cross-entropy over columns `start ..< start + size`.
  public static func category(row: Int, start: Int, size: Int, target: Int, weight: Float) -> LossTerm {
    LossTerm(
      row: Int32(row), start: Int32(start), size: Int32(size), target: Int32(target), value: 0, weight: weight)
  }

  /// A mixture of `size` Gaussians over columns `start ..< start + 3 size`: logits, means, log deviations.
  public static func density(row: Int, start: Int, size: Int, value: Float, weight: Float) -> LossTerm {
    LossTerm(row: Int32(row), start: Int32(start), size: Int32(size), target: -1, value: value, weight: weight)
  }
}

extension Variable {
  /// The weighted sum of softmax cross-entropies and mixture densities over ragged groups of columns, `[1, 1]`.
  ///
  /// A mixture's term is −ln Σₖ softmax(logits)ₖ N(value; meanₖ, e^(log deviationₖ)) (Bishop 1994, "Mixture density
  /// networks", equation 29). Log deviations are used as they are: bound them before.
  ///
  /// - Parameters:
  ///   - terms: each group at most once in a row; groups that are not named get no gradient.
  ///   - unweighted: filled with each term's loss before its weight, where given.
  public func raggedLoss(_ terms: [LossTerm], unweighted: UnsafeMutablePointer<Float>? = nil) -> Variable {
    let tape = tape, input = self
    let output = tape.makeNode(1, 1, from: input)
    // The loss and its gradient come from the same exponentials, so both are made now.
    let slope: UnsafeMutablePointer<Float>?
    if input.isVariable {
      slope = tape.arena.allocate(Float.self, count: count)
      kernel_fill(slope, 0, count)
    } else {
      slope = nil
    }
    var total = 0.0
    for (i, term) in terms.enumerated() {
      let width = Int(term.target >= 0 ? term.size : 3 * term.size)
      precondition(
        Int(term.row) < rows && Int(term.start) + width <= columns && term.target < term.size, "\(term) is outside")
      let offset = Int(term.row) * columns + Int(term.start)
      let target = slope.map { $0 + offset }
      let loss =
        term.target >= 0
        ? kernel_cross_entropy(pointer + offset, term.target, Int(term.size), term.weight, target)
        : kernel_mixture_density(pointer + offset, term.value, Int(term.size), term.weight, target)
      unweighted?[i] = loss
      total += Double(term.weight) * Double(loss)
    }
    output.pointer[0] = Float(total)
    tape.derivative(of: output) { gradient in
      guard let slope else { return }
      if gradient[0] != 1 { kernel_scale(slope, gradient[0], slope, input.count) }
      _ = tape.passGradient(slope, to: input.index, mayTake: true)
    }
    return output
  }

  /// Σ weight · (self − target)², `[1, 1]`, with weights and targets for every element.
  public func squaredError(_ target: [Float], weights: [Float]) -> Variable {
    precondition(target.count == count && weights.count == count, "squared error of \(count) against \(target.count)")
    let tape = tape, input = self
    let output = tape.makeNode(1, 1, from: input)
    var total = 0.0
    for i in 0..<count {
      let difference = pointer[i] - target[i]
      total += Double(weights[i] * difference * difference)
    }
    output.pointer[0] = Float(total)
    tape.derivative(of: output) { gradient in
      let (slope, accumulate) = tape.gradientTarget(input.index)
      let upstream = 2 * gradient[0]
      for i in 0..<input.count {
        let term = upstream * weights[i] * (input.pointer[i] - target[i])
        slope[i] = accumulate ? slope[i] + term : term
      }
    }
    return output
  }
}
