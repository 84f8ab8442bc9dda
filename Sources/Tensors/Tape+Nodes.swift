import CKernels

// The memory of values and gradients: for operations.
extension Tape {
  struct Node {
    /// A value has at least one of the formats.
    var value: UnsafeMutablePointer<Float>?
    var half: UnsafeMutablePointer<UInt16>?
    let rows: Int, columns: Int
    /// Constants take no gradient, and neither does what is made of constants alone.
    let isVariable: Bool
    var gradient: UnsafeMutablePointer<Float>?
    /// The gradient in bfloat16: a copy for products, or all there is of it.
    var gradientHalf: UnsafeMutablePointer<UInt16>?
    /// Where the gradient of a parameter lies for good.
    var gradientHome: UnsafeMutablePointer<Float>?
    /// Its derivative takes a gradient that is kept in bfloat16 alone.
    var takesHalfGradient = false
    /// The gradient was used up by the derivative, and its memory handed on.
    var isSpent = false

    var count: Int { rows * columns }
    var hasGradient: Bool { gradient != nil || gradientHalf != nil }
    var numbers: kernel_numbers { kernel_numbers(full: value, half: value == nil ? half : nil) }
  }

  // MARK: Values

  /// A new value with undefined content.
  func makeNode(_ rows: Int, _ columns: Int, isVariable: Bool) -> Variable {
    append(
      Node(
        value: arena.allocate(Float.self, count: rows * columns), rows: rows, columns: columns,
        isVariable: isVariable))
  }

  /// A new value that depends on others.
  func makeNode(_ rows: Int, _ columns: Int, from inputs: Variable...) -> Variable {
    makeNode(rows, columns, isVariable: inputs.contains { $0.isVariable })
  }

  /// A new value that products will take: in their format.
  func makeOperand(_ rows: Int, _ columns: Int, from inputs: Variable...) -> Variable {
    let isVariable = inputs.contains { $0.isVariable }
    guard precision == .bfloat16 else { return makeNode(rows, columns, isVariable: isVariable) }
    return append(
      Node(
        half: arena.allocate(UInt16.self, count: rows * columns), rows: rows, columns: columns,
        isVariable: isVariable))
  }

  /// The same elements under other extents: values never change once made, so the memory is shared.
  func makeView(of variable: Variable, _ rows: Int, _ columns: Int) -> Variable {
    let node = nodes[variable.index]
    return append(
      Node(value: node.value, half: node.half, rows: rows, columns: columns, isVariable: node.isVariable))
  }

  /// Notes a value.
  func append(_ node: Node) -> Variable {
    nodes.append(node)
    return Variable(tape: self, index: nodes.count - 1, rows: node.rows, columns: node.columns)
  }

  /// A value in Float32, made of its bfloat16 form on first use.
  func fullValue(_ index: Int) -> UnsafeMutablePointer<Float> {
    if let value = nodes[index].value { return value }
    let value = widened(nodes[index].half, count: nodes[index].count)
    nodes[index].value = value
    return value
  }

  /// A value as the operand of a product: in its format, made on first use.
  func operand(_ index: Int) -> UnsafeRawPointer {
    guard precision == .bfloat16 else { return UnsafeRawPointer(fullValue(index)) }
    if let half = nodes[index].half { return UnsafeRawPointer(half) }
    let half = rounded(nodes[index].value, count: nodes[index].count)
    nodes[index].half = half
    return UnsafeRawPointer(half)
  }

  /// A copy in Float32.
  private func widened(_ half: UnsafeMutablePointer<UInt16>?, count: Int) -> UnsafeMutablePointer<Float> {
    let full = arena.allocate(Float.self, count: count)
    kernel_from_bfloat16(half, full, count)
    return full
  }

  /// A copy in bfloat16.
  private func rounded(_ full: UnsafeMutablePointer<Float>?, count: Int) -> UnsafeMutablePointer<UInt16> {
    let half = arena.allocate(UInt16.self, count: count)
    kernel_to_bfloat16(full, half, count)
    return half
  }

  /// Memory in the format of products.
  func allocateNumbers(_ count: Int) -> kernel_numbers {
    precision == .bfloat16
      ? kernel_numbers(full: nil, half: arena.allocate(UInt16.self, count: count))
      : kernel_numbers(full: arena.allocate(Float.self, count: count), half: nil)
  }

  /// Hands memory that is no longer needed to requests still to come.
  func giveBack(_ numbers: kernel_numbers, count: Int) {
    if let full = numbers.full { arena.giveBack(full, count: count) }
    if let half = numbers.half { arena.giveBack(half, count: count) }
  }

  // MARK: Derivatives

  /// Notes the derivative of a value: it is called with the value's gradient, unless nothing depends on the value.
  func derivative(of output: Variable, _ body: @escaping (UnsafeMutablePointer<Float>) -> Void) {
    note(output) { [unowned self] in body(self.fullGradient(output.index)) }
  }

  /// The same for a derivative that takes the gradient in either format. It may overwrite it.
  func derivative(ofOperand output: Variable, _ body: @escaping (kernel_numbers) -> Void) {
    nodes[output.index].takesHalfGradient = precision == .bfloat16
    note(output) { [unowned self] in
      let node = self.nodes[output.index]
      body(kernel_numbers(full: node.gradient, half: node.gradient == nil ? node.gradientHalf : nil))
    }
  }

  private func note(_ output: Variable, _ body: @escaping () -> Void) {
    guard output.isVariable else { return }
    derivatives.append { [unowned self] in
      guard self.nodes[output.index].hasGradient else { return }
      self.gradientWasTaken = false
      body()
      self.spendGradient(of: output.index)
    }
  }

  /// Hands the memory of a used gradient to the gradients still to come, so that they find it in cache.
  private func spendGradient(of index: Int) {
    let node = nodes[index]
    if !gradientWasTaken {
      giveBack(kernel_numbers(full: node.gradient, half: node.gradientHalf), count: node.count)
    }
    nodes[index].gradient = nil
    nodes[index].gradientHalf = nil
    nodes[index].isSpent = true
  }

  // MARK: Gradients

  /// Where to put a gradient, and whether to add to what is there. The memory of a first gradient is undefined.
  func gradientTarget(_ index: Int) -> (pointer: UnsafeMutablePointer<Float>, accumulate: Bool) {
    if nodes[index].hasGradient {
      let gradient = fullGradient(index)
      dropGradientHalf(index)
      return (gradient, true)
    }
    if let home = nodes[index].gradientHome {
      nodes[index].gradient = home
      return (home, !gradients!.isCleared)
    }
    let gradient = arena.allocate(Float.self, count: nodes[index].count)
    nodes[index].gradient = gradient
    return (gradient, false)
  }

  /// The same for an operation that can write a first gradient in bfloat16, where the receiver takes that.
  func gradientNumbers(_ index: Int) -> (numbers: kernel_numbers, accumulate: Bool) {
    guard nodes[index].takesHalfGradient, !nodes[index].hasGradient else {
      let (pointer, accumulate) = gradientTarget(index)
      return (kernel_numbers(full: pointer, half: nil), accumulate)
    }
    let half = arena.allocate(UInt16.self, count: nodes[index].count)
    nodes[index].gradientHalf = half
    return (kernel_numbers(full: nil, half: half), false)
  }

  /// Where to add a gradient that covers only part of a value.
  func zeroedGradient(_ index: Int) -> UnsafeMutablePointer<Float> {
    let (gradient, accumulate) = gradientTarget(index)
    if !accumulate { gradient.update(repeating: 0, count: nodes[index].count) }
    return gradient
  }

  /// Hands a gradient on unchanged; the first receiver takes the memory over, since the giver is done with it.
  func passGradient(_ gradient: UnsafeMutablePointer<Float>, to index: Int, mayTake: Bool) -> Bool {
    guard nodes[index].isVariable else { return false }
    if mayTake, !nodes[index].hasGradient, nodes[index].gradientHome == nil {
      nodes[index].gradient = gradient
      gradientWasTaken = true
      return true
    }
    let (target, accumulate) = gradientTarget(index)
    if accumulate {
      kernel_accumulate(gradient, 1, target, nodes[index].count)
    } else {
      target.update(from: gradient, count: nodes[index].count)
    }
    return false
  }

  /// The same for a gradient in either format, whose memory the first receiver always takes over.
  func passGradient(_ gradient: kernel_numbers, to index: Int) {
    guard nodes[index].isVariable else { return }
    guard gradient.full == nil else {
      _ = passGradient(gradient.full, to: index, mayTake: true)
      return
    }
    if nodes[index].takesHalfGradient, !nodes[index].hasGradient {
      nodes[index].gradientHalf = gradient.half
      gradientWasTaken = true
      return
    }
    let full = widened(gradient.half, count: nodes[index].count)
    if !passGradient(full, to: index, mayTake: true) { arena.giveBack(full, count: nodes[index].count) }
    gradientWasTaken = false
  }

  /// A gradient in Float32, made of its bfloat16 form on first use.
  func fullGradient(_ index: Int) -> UnsafeMutablePointer<Float> {
    if let gradient = nodes[index].gradient { return gradient }
    let gradient = widened(nodes[index].gradientHalf, count: nodes[index].count)
    nodes[index].gradient = gradient
    return gradient
  }

  /// A gradient as the operand of a product.
  func gradientOperand(_ index: Int) -> UnsafeRawPointer {
    guard precision == .bfloat16 else { return UnsafeRawPointer(fullGradient(index)) }
    if let half = nodes[index].gradientHalf { return UnsafeRawPointer(half) }
    let half = rounded(nodes[index].gradient, count: nodes[index].count)
    nodes[index].gradientHalf = half
    return UnsafeRawPointer(half)
  }

  /// Forgets a bfloat16 copy that an addition makes stale.
  private func dropGradientHalf(_ index: Int) {
    guard let half = nodes[index].gradientHalf else { return }
    arena.giveBack(half, count: nodes[index].count)
    nodes[index].gradientHalf = nil
  }
}
