import CKernels

extension Variable {
  /// A linear map with an optional bias: `[rows, inner] · [inner, columns] + [1, columns]`.
  ///
  /// - Parameter feedsProducts: the result goes into other products, with nothing but moves between, so that with
  ///   ``Precision/bfloat16`` it is kept in their format.
  /// - Precondition: the extents fit.
  public func linear(_ weight: Variable, _ bias: Variable? = nil, feedsProducts: Bool = false) -> Variable {
    let map = AffineMap(input: self, weight: weight, bias: bias)
    let output =
      feedsProducts
      ? tape.makeOperand(rows, weight.columns, from: self, weight)
      : tape.makeNode(rows, weight.columns, from: self, weight)
    map.run(to: output.numbers)
    tape.derivative(ofOperand: output) { map.takeGradient($0) }
    return output
  }

  /// A linear map added to another matrix: the end of a residual block.
  ///
  /// - Precondition: the extents fit.
  public func linear(_ weight: Variable, _ bias: Variable? = nil, addedTo other: Variable) -> Variable {
    precondition(
      other.rows == rows && other.columns == weight.columns,
      "\(rows) × \(weight.columns) + \(other.rows) × \(other.columns)")
    let map = AffineMap(input: self, weight: weight, bias: bias)
    let tape = tape
    let output = tape.makeNode(rows, weight.columns, from: self, weight, other)
    output.pointer.update(from: other.pointer, count: output.count)
    map.run(to: output.numbers, accumulate: true)
    tape.derivative(ofOperand: output) { gradient in
      map.takeGradient(gradient)
      tape.passGradient(gradient, to: other.index)
    }
    return output
  }

  /// A linear map, a function of every element, and ``dropout(_:)``: a hidden layer in few passes over the memory.
  ///
  /// With ``Precision/bfloat16`` the result is kept in that format.
  ///
  /// - Precondition: the extents fit.
  public func dense(
    _ weight: Variable, _ bias: Variable? = nil, _ activation: Activation, dropout rate: Float = 0
  ) -> Variable {
    let map = AffineMap(input: self, weight: weight, bias: bias)
    let tape = tape
    let output = tape.makeOperand(rows, weight.columns, from: self, weight)
    let result = output.numbers
    // A rectifier's slope is seen from its result, so what it was given is overwritten. For others the forward pass
    // overwrites it with the slope, dropout included.
    let keepsSlope = activation != .relu && output.isVariable
    let slope = keepsSlope ? tape.allocateNumbers(output.count) : result
    map.run(to: slope, relu: activation == .relu)
    let mask = output.dropoutMask(rate)
    let scale = mask == nil ? 1 : 1 / (1 - rate)
    if activation != .relu || mask != nil {
      kernel_activation_forward(
        activation.rawValue, slope, mask, scale, result, keepsSlope ? slope : .init(), output.count)
    }
    if let mask { tape.arena.giveBack(mask, count: output.count) }
    tape.derivative(ofOperand: output) { gradient in
      if keepsSlope {
        map.takeGradient(gradient, through: KERNEL_SLOPE, of: slope)
        tape.giveBack(slope, count: output.count)
      } else {
        map.takeGradient(gradient, through: KERNEL_RELU, of: result, scale: scale)
      }
    }
    return output
  }
}

/// x W + b, and its derivative.
private struct AffineMap {
  let input: Variable, weight: Variable, bias: Variable?
  var tape: Tape { input.tape }
  var isHalf: Bool { tape.precision == .bfloat16 }

  init(input: Variable, weight: Variable, bias: Variable?) {
    precondition(
      input.columns == weight.rows && (bias == nil || bias!.count == weight.columns),
      "a linear map of \(weight.rows) × \(weight.columns) cannot take \(input.rows) × \(input.columns)")
    self.input = input
    self.weight = weight
    self.bias = bias
  }

  func run(to result: kernel_numbers, accumulate: Bool = false, relu: Bool = false) {
    tape.products.run(
      .init(
        rows: input.rows, columns: weight.columns, inner: input.columns, half: isHalf, halfOutput: result.full == nil,
        accumulate: accumulate, bias: bias != nil, relu: relu),
      tape.operand(input.index), tape.operand(weight.index), bias: bias.map { UnsafePointer($0.pointer) }, result.memory
    )
  }

  /// Takes the gradient of f(x W + b) and passes it on to x, W and b. How f slopes is told by a kind of kernel and what
  /// that goes by. Where f is not the identity, the gradient may be overwritten.
  func takeGradient(
    _ gradient: kernel_numbers, through kind: some BinaryInteger = KERNEL_IDENTITY, of given: kernel_numbers = .init(),
    scale: Float = 1
  ) {
    let rows = input.rows, columns = weight.columns
    let isConverted = isHalf && gradient.full != nil
    let isIdentity = kind == KERNEL_IDENTITY
    // In the format of products: in place where it has it.
    let upstream = isConverted ? tape.allocateNumbers(rows * columns) : gradient
    let sums = bias.flatMap { $0.isVariable ? tape.gradientTarget($0.index) : nil }
    if isConverted || !isIdentity || sums != nil {
      kernel_activation_backward(
        Int32(kind), given, gradient, nil, scale, isConverted || !isIdentity ? upstream : .init(), 0, sums?.pointer,
        sums?.accumulate == true ? 1 : 0, rows, columns)
    }
    pass(upstream)
    if isConverted { tape.giveBack(upstream, count: rows * columns) }
  }

  private func pass(_ upstream: kernel_numbers) {
    if input.isVariable {
      let (target, accumulate) = tape.gradientNumbers(input.index)
      tape.products.run(
        .init(
          rows: input.rows, columns: input.columns, inner: weight.columns, transposeB: true, half: isHalf,
          halfOutput: target.full == nil, accumulate: accumulate),
        upstream.memory, tape.operand(weight.index), target.memory)
    }
    if weight.isVariable {
      let (target, accumulate) = tape.gradientTarget(weight.index)
      tape.products.run(
        .init(
          rows: weight.rows, columns: weight.columns, inner: input.rows, transposeA: true, half: isHalf,
          accumulate: accumulate),
        tape.operand(input.index), upstream.memory, target)
    }
  }
}

extension kernel_numbers {
  /// Where they lie in the one format they have.
  var memory: UnsafeMutableRawPointer { full.map { UnsafeMutableRawPointer($0) } ?? UnsafeMutableRawPointer(half) }
}
