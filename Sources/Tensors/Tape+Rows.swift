import CKernels

extension Variable {
  /// Each row moved to mean 0 and scaled to variance 1, then scaled and moved by learned vectors.
  ///
  /// Source: Ba, Kiros & Hinton, "Layer normalization", 2016, equation 3. The variance has `epsilon` added. With
  /// ``Precision/bfloat16`` the result is kept in that format.
  public func layerNorm(gain: Variable, bias: Variable, epsilon: Float = 1e-5) -> Variable {
    precondition(gain.count == columns && bias.count == columns, "layer norm of \(columns) by \(gain.columns)")
    precondition(gain.index != index && bias.index != index, "layer norm of a row by itself")
    let tape = tape, input = self
    let output = tape.makeOperand(rows, columns, from: input, gain, bias)
    let mean = tape.arena.allocate(Float.self, count: rows)
    let inverse = tape.arena.allocate(Float.self, count: rows)
    kernel_layer_norm_forward(
      pointer, gain.pointer, bias.pointer, output.numbers, mean, inverse, rows, columns, epsilon)
    tape.derivative(ofOperand: output) { gradient in
      // The kernel writes all three, and takes them for three places: what is constant, or the gain once more, gets
      // memory of its own.
      func own() -> UnsafeMutablePointer<Float> {
        let memory = tape.arena.allocate(Float.self, count: gain.columns)
        memory.update(repeating: 0, count: gain.columns)
        return memory
      }
      let shared = gain.index == bias.index
      let gainTarget = gain.isVariable ? tape.zeroedGradient(gain.index) : own()
      let biasTarget = bias.isVariable && !shared ? tape.zeroedGradient(bias.index) : own()
      let (target, accumulate) =
        input.isVariable
        ? tape.gradientTarget(input.index) : (tape.arena.allocate(Float.self, count: input.count), false)
      kernel_layer_norm_backward(
        input.pointer, gain.pointer, mean, inverse, gradient, target, gainTarget, biasTarget, input.rows,
        input.columns, accumulate ? 1 : 0)
      if shared { kernel_accumulate(biasTarget, 1, gainTarget, gain.columns) }
    }
    return output
  }

  /// The softmax of each row times a constant. With ``Precision/bfloat16`` the result is kept in that format.
  public func softmax(scale: Float = 1) -> Variable {
    precondition(scale > 0, "a softmax scale is positive, not \(scale)")
    let tape = tape, input = self
    let output = tape.makeOperand(rows, columns, from: input)
    let result = output.numbers
    kernel_softmax_forward(pointer, scale, result, rows, columns)
    // Its gradient is a difference of near numbers, so it comes in Float32.
    tape.derivative(of: output) { gradient in
      let (target, accumulate) = tape.gradientNumbers(input.index)
      kernel_softmax_backward(result, gradient, scale, target, input.rows, input.columns, accumulate ? 1 : 0)
    }
    return output
  }

  /// Each row `times` times in a row: `[rows, columns]` to `[rows · times, columns]`.
  public func repeatingRows(_ times: Int) -> Variable {
    let tape = tape, input = self, width = columns
    let output = tape.makeNode(rows * times, width, from: input)
    for row in 0..<rows * times {
      (output.pointer + row * width).update(from: pointer + row / times * width, count: width)
    }
    tape.derivative(of: output) { gradient in
      let target = tape.zeroedGradient(input.index)
      for row in 0..<output.rows {
        kernel_accumulate(gradient + row * width, 1, target + row / times * width, width)
      }
    }
    return output
  }

  /// The sum of each group of `size` rows that follow each other: the adjoint of ``repeatingRows(_:)``.
  public func summingRows(_ size: Int) -> Variable {
    precondition(rows % size == 0, "\(rows) rows do not divide into groups of \(size)")
    let tape = tape, input = self, width = columns
    let output = tape.makeNode(rows / size, width, from: input)
    kernel_fill(output.pointer, 0, output.count)
    for row in 0..<rows { kernel_accumulate(pointer + row * width, 1, output.pointer + row / size * width, width) }
    tape.derivative(of: output) { gradient in
      let target = tape.zeroedGradient(input.index)
      for row in 0..<input.rows {
        kernel_accumulate(gradient + row / size * width, 1, target + row * width, width)
      }
    }
    return output
  }

  /// Sums of rows of a table: `self` is the table `[entries, width]`, the result is `[rows, width]`.
  ///
  /// - Parameters:
  ///   - indices: `[rows, bag]`, row-major; an index below zero adds nothing. It must outlive the backward pass.
  ///   - bag: how many entries are summed into a row.
  public func embedding(_ indices: [Int32], bag: Int) -> Variable {
    precondition(indices.count % bag == 0, "\(indices.count) indices do not divide into bags of \(bag)")
    precondition(indices.allSatisfy { $0 < Int32(rows) }, "an index is outside the table of \(rows) entries")
    let tape = tape, table = self
    let output = tape.makeNode(indices.count / bag, columns, from: table)
    kernel_embedding_forward(pointer, indices, output.pointer, output.rows, bag, columns, 0)
    tape.derivative(of: output) { gradient in
      kernel_embedding_backward(
        gradient, indices, tape.zeroedGradient(table.index), output.rows, bag, output.columns)
    }
    return output
  }
}
