import CKernels

extension Variable {
  /// A linear map with an optional bias: `[rows, inner] · [inner, columns] + [1, columns]`.
  ///
  /// - Precondition: the extents fit.
  public func linear(_ weight: Variable, _ bias: Variable? = nil) -> Variable {
    precondition(
      columns == weight.rows && (bias == nil || bias!.columns == weight.columns),
      "a linear map of \(weight.rows) × \(weight.columns) cannot take \(rows) × \(columns)")
    let tape = tape, input = self
    let output = tape.makeNode(rows, weight.columns, from: input, weight)
    let half = tape.precision == .bfloat16
    tape.products.run(
      .init(rows: rows, columns: weight.columns, inner: columns, half: half, bias: bias != nil),
      tape.operand(index), tape.operand(weight.index), bias: bias.map { UnsafePointer($0.pointer) }, output.pointer)
    tape.nodes[output.index].isProduct = true
    tape.derivative(of: output) { gradient in
      let upstream = tape.gradientOperand(output.index)
      if input.isVariable {
        let (target, accumulate) = tape.gradientTarget(input.index)
        tape.products.run(
          .init(
            rows: input.rows, columns: input.columns, inner: output.columns, transposeB: true, half: half,
            accumulate: accumulate),
          upstream, tape.operand(weight.index), target)
      }
      if weight.isVariable {
        let (target, accumulate) = tape.gradientTarget(weight.index)
        tape.products.run(
          .init(
            rows: weight.rows, columns: weight.columns, inner: input.rows, transposeA: true, half: half,
            accumulate: accumulate),
          tape.operand(input.index), upstream, target)
      }
      if let bias, bias.isVariable {
        kernel_bias_gradient(gradient, tape.zeroedGradient(bias.index), output.rows, output.columns)
      }
    }
    return output
  }

  /// Products of `batch` pairs of matrices, laid out one after another: `[batch·m, k] · [batch·k, n]`, or with the
  /// second of each pair transposed, `[batch·m, k] · [batch·n, k]ᵀ`; the result is `[batch·m, n]`.
  ///
  /// - Precondition: `batch` divides the rows, and the extents fit.
  public func batchedProduct(_ other: Variable, batch: Int, transposed: Bool = false) -> Variable {
    let m = rows / batch, n = transposed ? other.rows / batch : other.columns, k = columns
    precondition(
      rows % batch == 0 && other.rows % batch == 0 && (transposed ? other.columns : other.rows / batch) == k,
      "\(batch) products cannot be made of \(rows) × \(columns) and \(other.rows) × \(other.columns)")
    let tape = tape, left = self
    let output = tape.makeNode(batch * m, n, from: left, other)
    let half = tape.precision == .bfloat16
    tape.products.run(
      .init(batch: batch, rows: m, columns: n, inner: k, transposeB: transposed, half: half),
      tape.operand(index), tape.operand(other.index), output.pointer)
    tape.nodes[output.index].isProduct = true
    tape.derivative(of: output) { _ in
      let upstream = tape.gradientOperand(output.index)
      if left.isVariable {
        let (target, accumulate) = tape.gradientTarget(left.index)
        tape.products.run(
          .init(
            batch: batch, rows: m, columns: k, inner: n, transposeB: !transposed, half: half, accumulate: accumulate),
          upstream, tape.operand(other.index), target)
      }
      guard other.isVariable else { return }
      let (target, accumulate) = tape.gradientTarget(other.index)
      if transposed {  // C = A Bᵀ: dB = dCᵀ A
        tape.products.run(
          .init(batch: batch, rows: n, columns: k, inner: m, transposeA: true, half: half, accumulate: accumulate),
          upstream, tape.operand(left.index), target)
      } else {  // C = A B: dB = Aᵀ dC
        tape.products.run(
          .init(batch: batch, rows: k, columns: n, inner: m, transposeA: true, half: half, accumulate: accumulate),
          tape.operand(left.index), upstream, target)
      }
    }
    return output
  }
}
