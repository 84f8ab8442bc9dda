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
  /// For a mixture how many of its last components stand beside an anchor, and where their anchors begin.
  public var anchored: Int32 = 0, anchors: Int32 = 0

  /// The log deviations of a mixture are clamped to this range; outside it, only a gradient that leads back inside
  /// counts. A sampler of the same mixture has to clamp alike.
  public static let logDeviationRange: ClosedRange<Float> = KERNEL_LOG_DEVIATION_LOW...KERNEL_LOG_DEVIATION_HIGH
  /// The most components that a mixture may have.
  public static let mostComponents = Int(KERNEL_MOST_COMPONENTS)

  /// A softmax cross-entropy over columns `start ..< start + size`.
  ///
  /// - Precondition: the target is in `0 ..< size`.
  public static func category(row: Int, start: Int, size: Int, target: Int, weight: Float) -> LossTerm {
    precondition(target >= 0 && target < size, "class \(target) of \(size)")
    return LossTerm(
      row: Int32(row), start: Int32(start), size: Int32(size), target: Int32(target), value: 0, weight: weight)
  }

  /// A mixture of `size` Gaussians over columns `start ..< start + 3 size`: logits, means, log deviations.
  ///
  /// The last `anchored` components stand beside a number each, from place `anchors` on of those that the loss is given:
  /// their mean is that number and so many of their own deviations as the column of means says. Their precision is then
  /// that of their deviation, however sharp they get.
  ///
  /// - Precondition: there are 1 ... ``mostComponents`` components.
  public static func density(
    row: Int, start: Int, size: Int, value: Float, weight: Float, anchored: Int = 0, anchors: Int = 0
  ) -> LossTerm {
    precondition(size > 0 && size <= mostComponents, "a mixture has 1 ... \(mostComponents) components, not \(size)")
    return LossTerm(
      row: Int32(row), start: Int32(start), size: Int32(size), target: -1, value: value, weight: weight,
      anchored: Int32(anchored), anchors: Int32(anchors))
  }
}

extension Variable {
  /// The weighted sum of softmax cross-entropies and mixture densities over ragged groups of columns, `[1, 1]`.
  ///
  /// A mixture's term is −ln Σₖ softmax(logits)ₖ N(value; meanₖ, e^(log deviationₖ)) (Bishop 1994, "Mixture density
  /// networks", equation 29), with log deviations clamped to ``LossTerm/logDeviationRange``.
  ///
  /// - Parameters:
  ///   - terms: each group at most once in a row; groups that are not named get no gradient.
  ///   - anchors: the numbers that components of mixtures stand beside.
  ///   - unweighted: filled with each term's loss before its weight, where given.
  public func raggedLoss(
    _ terms: [LossTerm], anchors: [Float] = [], unweighted: UnsafeMutablePointer<Float>? = nil
  ) -> Variable {
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
        term.row >= 0 && Int(term.row) < rows && term.start >= 0 && Int(term.start) + width <= columns
          && term.anchored <= term.size && Int(term.anchors) + Int(term.anchored) <= anchors.count
          && term.target < term.size && (term.target >= 0 || term.size <= LossTerm.mostComponents),
        "\(term) is outside \(rows) × \(columns)")
      let offset = Int(term.row) * columns + Int(term.start)
      let target = slope.map { $0 + offset }
      let loss =
        term.target >= 0
        ? kernel_cross_entropy(pointer + offset, term.target, Int(term.size), term.weight, target)
        : anchors.withUnsafeBufferPointer {
          kernel_mixture_density(
            pointer + offset, $0.baseAddress.map { $0 + Int(term.anchors) }, Int(term.anchored), term.value,
            Int(term.size), term.weight, target)
        }
      unweighted?[i] = loss
      total += Double(term.weight) * Double(loss)
    }
    output.pointer[0] = Float(total)
    tape.derivative(of: output) { gradient in tape.passSlope(slope, times: gradient[0], to: input.index) }
    return output
  }

  /// Σ weight · (self − target)², `[1, 1]`, with weights and targets for every element.
  public func squaredError(_ target: [Float], weights: [Float]) -> Variable {
    squaredError(target[...], weights: weights[...])
  }

  /// The same for a part of longer arrays, without a copy.
  public func squaredError(_ target: ArraySlice<Float>, weights: ArraySlice<Float>) -> Variable {
    precondition(target.count == count && weights.count == count, "squared error of \(count) against \(target.count)")
    let tape = tape, input = self
    let output = tape.makeNode(1, 1, from: input)
    let slope = input.isVariable ? tape.arena.allocate(Float.self, count: count) : nil
    output.pointer[0] = target.withUnsafeBufferPointer { target in
      weights.withUnsafeBufferPointer { weights in
        Float(kernel_squared_error(input.pointer, target.baseAddress, weights.baseAddress, slope, input.count))
      }
    }
    tape.derivative(of: output) { gradient in tape.passSlope(slope, times: gradient[0], to: input.index) }
    return output
  }
}

extension Tape {
  /// Passes on the gradient of a loss that was worked out with its value.
  func passSlope(_ slope: UnsafeMutablePointer<Float>?, times factor: Float, to index: Int) {
    guard let slope else { return }
    if factor != 1 { kernel_scale(slope, factor, slope, nodes[index].count) }
    _ = passGradient(slope, to: index, mayTake: true)
  }
}
