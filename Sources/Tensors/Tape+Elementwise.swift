import CKernels

/// A function applied to every element.
public enum Activation: Int32, Sendable, Codable, CaseIterable {
  /// max(x, 0).
  case relu = 0
  /// x · sigmoid(x) (Elfwing, Uchibe & Doya 2018; Ramachandran et al. 2017, "swish").
  case silu = 1
  /// x · Φ(x) in its tanh form (Hendrycks & Gimpel 2016, section 2).
  case gelu = 2
  /// The hyperbolic tangent.
  case tanh = 3
  /// 1 / (1 + e⁻ˣ).
  case sigmoid = 4
}

extension Variable {
  /// The sum of two matrices of one shape.
  public static func + (a: Variable, b: Variable) -> Variable {
    precondition(a.rows == b.rows && a.columns == b.columns, "\(a.rows) × \(a.columns) + \(b.rows) × \(b.columns)")
    if a.index == b.index { return a.scaled(by: 2) }
    let tape = a.tape
    let output = tape.makeNode(a.rows, a.columns, from: a, b)
    kernel_add(a.pointer, b.pointer, output.pointer, a.count)
    tape.derivative(of: output) { gradient in
      let taken = tape.passGradient(gradient, to: a.index, mayTake: true)
      _ = tape.passGradient(gradient, to: b.index, mayTake: !taken)
    }
    return output
  }

  /// The difference of two matrices of one shape.
  public static func - (a: Variable, b: Variable) -> Variable { a + b.scaled(by: -1) }

  /// The elementwise product of two matrices of one shape.
  public static func * (a: Variable, b: Variable) -> Variable {
    precondition(a.rows == b.rows && a.columns == b.columns, "\(a.rows) × \(a.columns) * \(b.rows) × \(b.columns)")
    let tape = a.tape
    let output = tape.makeNode(a.rows, a.columns, from: a, b)
    kernel_multiply(a.pointer, b.pointer, output.pointer, a.count, 0)
    tape.derivative(of: output) { gradient in
      for (one, other) in [(a, b), (b, a)] where one.isVariable {
        let (target, accumulate) = tape.gradientTarget(one.index)
        kernel_multiply(gradient, other.pointer, target, one.count, accumulate ? 1 : 0)
      }
    }
    return output
  }

  /// Every element times a constant.
  public func scaled(by factor: Float) -> Variable {
    let tape = tape, input = self
    let output = tape.makeNode(rows, columns, from: input)
    kernel_scale(pointer, factor, output.pointer, count)
    tape.derivative(of: output) { gradient in
      let (target, accumulate) = tape.gradientTarget(input.index)
      if accumulate {
        kernel_accumulate(gradient, factor, target, input.count)
      } else {
        kernel_scale(gradient, factor, target, input.count)
      }
    }
    return output
  }

  /// A row vector added to every row.
  public func adding(row: Variable) -> Variable {
    precondition(row.rows == 1 && row.columns == columns, "\(rows) × \(columns) + row of \(row.columns)")
    let tape = tape, input = self
    let output = tape.makeNode(rows, columns, from: input, row)
    kernel_add_row(pointer, row.pointer, output.pointer, rows, columns)
    tape.derivative(of: output) { gradient in
      if row.isVariable { kernel_bias_gradient(gradient, tape.zeroedGradient(row.index), input.rows, input.columns) }
      _ = tape.passGradient(gradient, to: input.index, mayTake: true)
    }
    return output
  }

  /// A function of every element.
  public func activated(_ activation: Activation) -> Variable { activated(activation, mask: nil, scale: 1) }

  /// A function of every element, then ``dropout(_:)``, in one pass over the memory.
  public func activated(_ activation: Activation, dropout rate: Float) -> Variable {
    let mask = dropoutMask(rate)
    return activated(activation, mask: mask, scale: mask == nil ? 1 : 1 / (1 - rate))
  }

  private func activated(_ activation: Activation, mask: UnsafeMutablePointer<UInt8>?, scale: Float) -> Variable {
    let tape = tape, input = self
    let output = tape.makeNode(rows, columns, from: input)
    kernel_activation_forward(activation.rawValue, numbers, mask, scale, output.numbers, .init(), count)
    tape.derivative(ofOperand: output) { gradient in
      let (target, accumulate) = tape.gradientNumbers(input.index)
      kernel_activation_backward(
        activation.rawValue, input.numbers, gradient, mask, scale, target, accumulate ? 1 : 0, nil, 0, input.rows,
        input.columns)
    }
    return output
  }

  /// Zeroes elements at random and scales the others up, so that the mean stays; does nothing where the tape has no
  /// randomness. Source: Srivastava et al., "Dropout", JMLR 15, 2014, section 10 (inverted).
  ///
  /// - Parameter rate: the share of zeroed elements, in 0 ..< 1, to 1/65,536.
  public func dropout(_ rate: Float) -> Variable {
    let tape = tape, input = self
    guard let mask = dropoutMask(rate) else { return self }
    let scale = 1 / (1 - rate)
    let output = tape.makeNode(rows, columns, from: input)
    kernel_dropout_apply(pointer, mask, scale, output.pointer, count, 0)
    tape.derivative(of: output) { gradient in
      let (target, accumulate) = tape.gradientTarget(input.index)
      kernel_dropout_apply(gradient, mask, scale, target, input.count, accumulate ? 1 : 0)
    }
    return output
  }

  /// Draws which elements stay, and moves the tape's randomness on; `nil` where all do.
  func dropoutMask(_ rate: Float) -> UnsafeMutablePointer<UInt8>? {
    precondition(rate >= 0 && rate < 1, "a dropout rate is in 0 ..< 1, not \(rate)")
    guard rate > 0, let random = tape.random else { return nil }
    let mask = tape.arena.allocate(UInt8.self, count: count)
    let block = (random.position + 3) >> 2  // a block that was begun is left
    kernel_dropout_mask(random.seed, random.stream, block, 1 - rate, mask, count)
    tape.random = RandomStream(
      seed: random.seed, stream: random.stream, position: 4 * block + UInt64((count + 255) / 256) * 128)
    return mask
  }

  /// The sum of all elements, `[1, 1]`.
  public func sum() -> Variable {
    let tape = tape, input = self
    let output = tape.makeNode(1, 1, from: input)
    output.pointer[0] = Float(kernel_sum(pointer, count))
    tape.derivative(of: output) { gradient in
      let upstream = gradient[0]
      let (target, accumulate) = tape.gradientTarget(input.index)
      if accumulate {
        kernel_add_constant(upstream, target, input.count)
      } else {
        kernel_fill(target, upstream, input.count)
      }
    }
    return output
  }
}
