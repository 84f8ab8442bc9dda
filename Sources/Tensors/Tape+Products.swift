import CKernels

extension Variable {
  /// Products of `batch` pairs of matrices, laid out one after another: `[batch·m, k] · [batch·k, n]`, or with the
  /// second of each pair transposed, `[batch·m, k] · [batch·n, k]ᵀ`; the result is `[batch·m, n]`.
  ///
  /// - Parameter feedsProducts: as for ``linear(_:_:feedsProducts:)``.
  /// - Precondition: `batch` divides the rows, and the extents fit.
  public func batchedProduct(
    _ other: Variable, batch: Int, transposed: Bool = false, feedsProducts: Bool = false
  ) -> Variable {
    let m = rows / batch, n = transposed ? other.rows / batch : other.columns, k = columns
    precondition(
      rows % batch == 0 && other.rows % batch == 0 && (transposed ? other.columns : other.rows / batch) == k,
      "\(batch) products cannot be made of \(rows) × \(columns) and \(other.rows) × \(other.columns)")
    let tape = tape, left = self
    let output =
      feedsProducts ? tape.makeOperand(batch * m, n, from: left, other) : tape.makeNode(batch * m, n, from: left, other)
    let half = tape.precision == .bfloat16
    tape.products.run(
      .init(
        batch: batch, rows: m, columns: n, inner: k, transposeB: transposed, half: half,
        halfOutput: output.numbers.full == nil),
      tape.operand(index), tape.operand(other.index), output.numbers.memory)
    tape.derivative(ofOperand: output) { _ in
      let upstream = tape.gradientOperand(output.index)
      if left.isVariable {
        let (target, accumulate) = tape.gradientNumbers(left.index)
        tape.products.run(
          .init(
            batch: batch, rows: m, columns: k, inner: n, transposeB: !transposed, half: half,
            halfOutput: target.full == nil, accumulate: accumulate),
          upstream, tape.operand(other.index), target.memory)
      }
      guard other.isVariable else { return }
      let (target, accumulate) = tape.gradientNumbers(other.index)
      // C = A B: dB = Aᵀ dC; C = A Bᵀ: dB = dCᵀ A
      let value = tape.operand(left.index), shape = transposed ? (n, k) : (k, n)
      tape.products.run(
        .init(
          batch: batch, rows: shape.0, columns: shape.1, inner: m, transposeA: true, half: half,
          halfOutput: target.full == nil, accumulate: accumulate),
        transposed ? upstream : value, transposed ? value : upstream, target.memory)
    }
    return output
  }
}
