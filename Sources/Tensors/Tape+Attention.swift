import CKernels

/// How the rows of a matrix make sequences: the middle axis of `[outer, tokens, inner]` in row-major order.
public struct SequenceAxis: Sendable, Equatable {
  /// What varies slowest.
  public let outer: Int
  /// The length of a sequence.
  public let tokens: Int
  /// What varies fastest: 1 where the tokens of a sequence are neighbours.
  public let inner: Int

  /// Names the extents.
  public init(outer: Int, tokens: Int, inner: Int = 1) {
    self.outer = outer
    self.tokens = tokens
    self.inner = inner
  }

  /// The number of rows.
  public var rows: Int { outer * tokens * inner }
}

extension Variable {
  /// Scaled dot-product attention of every token to every token of its sequence, in several heads, from queries, keys
  /// and values side by side: `[rows, 3 · width]` to `[rows, width]`.
  ///
  /// The scores are made again in the backward pass instead of kept. With ``Precision/bfloat16`` the result is kept in
  /// that format; what lies between is Float32.
  ///
  /// Source: Vaswani et al., "Attention is all you need", NeurIPS 2017, equation 1.
  ///
  /// - Precondition: the axis has as many rows, and `heads` divides the width.
  public func attention(along axis: SequenceAxis, heads: Int) -> Variable {
    precondition(axis.rows == rows, "an axis of \(axis.rows) rows along \(rows) rows")
    precondition(columns % (3 * heads) == 0, "\(columns) columns are no queries, keys and values of \(heads) heads")
    let tape = tape, input = self, size = columns / 3 / heads
    let scale = 1 / Float(size).squareRoot()
    let output = tape.makeOperand(rows, columns / 3, from: input)
    let scratchCount = kernel_attention_scratch(axis.tokens, size)
    let scratch = tape.arena.allocate(Float.self, count: scratchCount)
    kernel_attention_forward(
      numbers, scale, output.numbers, axis.outer, axis.tokens, axis.inner, heads, size, scratch)
    tape.arena.giveBack(scratch, count: scratchCount)
    tape.derivative(ofOperand: output) { gradient in
      let (target, accumulate) = tape.gradientNumbers(input.index)
      let scratch = tape.arena.allocate(Float.self, count: scratchCount)
      kernel_attention_backward(
        input.numbers, gradient, scale, target, accumulate ? 1 : 0, axis.outer, axis.tokens, axis.inner, heads, size,
        scratch)
      tape.arena.giveBack(scratch, count: scratchCount)
    }
    return output
  }
}
