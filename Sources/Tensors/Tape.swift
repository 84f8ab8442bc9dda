import CKernels

/// Records operations as they run, and runs their derivatives in reverse: reverse-mode automatic differentiation.
///
/// Values are matrices `[rows, columns]` in memory that the tape owns until ``reset()``. An author of a model writes
/// the forward pass with the operations in the files `Tape+….swift`; each of them pairs its value with its derivative.
/// A tape belongs to one thread at a time. Shapes that do not fit are programmer's errors and trap.
///
/// Source of the scheme: R. Wengert, "A simple automatic derivative evaluation program", CACM 7, 1964.
public final class Tape {
  struct Node {
    let value: UnsafeMutablePointer<Float>
    let rows: Int, columns: Int
    /// Constants take no gradient, and neither does what is made of constants alone.
    let isVariable: Bool
    var gradient: UnsafeMutablePointer<Float>?
    var half: UnsafeMutablePointer<UInt16>?
    var gradientHalf: UnsafeMutablePointer<UInt16>?
    /// Its derivative multiplies the gradient with a matrix, so that a bfloat16 copy will be asked for.
    var isProduct = false
    /// The gradient was used up by the derivative, and its memory handed on.
    var isSpent = false
    var count: Int { rows * columns }
  }

  /// The parameters that ``parameter(_:)`` reads.
  public let store: ParameterStore
  /// Where gradients of parameters go; `nil` for a pass without gradients.
  public let gradients: GradientBuffer?
  /// The number format of matrix products.
  public let precision: Precision
  /// The randomness of dropout. `nil` turns dropout off.
  public var random: RandomStream?

  let arena = Arena()
  let products = ProductCache()
  var nodes: [Node] = []
  private var derivatives: [() -> Void] = []
  private var gradientWasTaken = false
  private var parameterNodes: [Int: Variable] = [:]

  /// Makes a tape over parameters.
  public init(store: ParameterStore, gradients: GradientBuffer? = nil, precision: Precision = .float32) {
    self.store = store
    self.gradients = gradients
    self.precision = precision
  }

  /// Forgets all values: variables from before are dead.
  public func reset() {
    nodes.removeAll(keepingCapacity: true)
    derivatives.removeAll(keepingCapacity: true)
    parameterNodes.removeAll(keepingCapacity: true)
    arena.reset()
  }

  // MARK: Leaves

  /// A matrix that is not differentiated.
  public func constant(_ tensor: Tensor) -> Variable {
    let columns = tensor.shape.last ?? 1
    return constant(rows: columns == 0 ? 0 : tensor.count / columns, columns: columns) { memory in
      _ = memory.update(fromContentsOf: tensor.values)
    }
  }

  /// A matrix that is not differentiated, filled in place. The memory starts undefined.
  public func constant(rows: Int, columns: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) -> Variable {
    let variable = makeNode(rows, columns, isVariable: false)
    fill(UnsafeMutableBufferPointer(start: nodes[variable.index].value, count: rows * columns))
    return variable
  }

  /// A matrix that is differentiated although it is no parameter: read it with ``gradient(of:)``.
  public func input(_ tensor: Tensor) -> Variable {
    let columns = tensor.shape.last ?? 1
    let variable = makeNode(tensor.count / max(columns, 1), columns, isVariable: true)
    for (i, value) in tensor.values.enumerated() { nodes[variable.index].value[i] = value }
    return variable
  }

  /// A parameter of the model. Its gradient is added to the tape's gradient buffer.
  public func parameter(_ parameter: Parameter) -> Variable {
    if let known = parameterNodes[parameter.offset] { return known }
    let variable = Variable(tape: self, index: nodes.count, rows: parameter.rows, columns: parameter.columns)
    nodes.append(
      Node(
        value: store.values.baseAddress! + parameter.offset, rows: parameter.rows, columns: parameter.columns,
        isVariable: gradients != nil, gradient: gradients.map { $0.values.baseAddress! + parameter.offset },
        half: store.halves.baseAddress! + parameter.offset))
    parameterNodes[parameter.offset] = variable
    return variable
  }

  // MARK: Results

  /// A copy of a variable's value, `[rows, columns]`.
  public func value(of variable: Variable) -> Tensor {
    Tensor(Array(variable.values), shape: [variable.rows, variable.columns])
  }

  /// A copy of the derivative of what ``backward(from:)`` began with; zero where nothing depends on the variable.
  ///
  /// - Precondition: the variable is an input, a parameter or a constant. Gradients of what lies between are not kept.
  public func gradient(of variable: Variable) -> Tensor {
    let shape = [variable.rows, variable.columns]
    precondition(!nodes[variable.index].isSpent, "only inputs and parameters keep their gradient")
    guard let gradient = nodes[variable.index].gradient else { return Tensor(repeating: 0, shape: shape) }
    return Tensor(Array(UnsafeBufferPointer(start: gradient, count: variable.rows * variable.columns)), shape: shape)
  }

  /// Runs the derivatives from a scalar loss back to every parameter and input.
  ///
  /// - Precondition: the loss has one element, and the tape has a gradient buffer or inputs.
  public func backward(from loss: Variable) {
    precondition(
      loss.rows == 1 && loss.columns == 1, "backward starts at a scalar, not at \(loss.rows) × \(loss.columns)")
    guard nodes[loss.index].isVariable else { return }
    gradientTarget(loss.index).pointer[0] = 1
    for derivative in derivatives.reversed() { derivative() }
    derivatives.removeAll(keepingCapacity: true)
  }

  // MARK: For operations

  /// A new value with undefined content.
  func makeNode(_ rows: Int, _ columns: Int, isVariable: Bool) -> Variable {
    let variable = Variable(tape: self, index: nodes.count, rows: rows, columns: columns)
    nodes.append(
      Node(
        value: arena.allocate(Float.self, count: rows * columns), rows: rows, columns: columns, isVariable: isVariable))
    return variable
  }

  /// A new value that depends on others.
  func makeNode(_ rows: Int, _ columns: Int, from inputs: Variable...) -> Variable {
    makeNode(rows, columns, isVariable: inputs.contains { nodes[$0.index].isVariable })
  }

  /// The same elements under other extents: values never change once made, so the memory is shared.
  func makeView(of variable: Variable, _ rows: Int, _ columns: Int) -> Variable {
    let node = nodes[variable.index]
    let view = Variable(tape: self, index: nodes.count, rows: rows, columns: columns)
    nodes.append(Node(value: node.value, rows: rows, columns: columns, isVariable: node.isVariable, half: node.half))
    return view
  }

  /// Notes the derivative of a value: it is called with the value's gradient, unless nothing depends on the value.
  func derivative(of output: Variable, _ body: @escaping (UnsafeMutablePointer<Float>) -> Void) {
    guard nodes[output.index].isVariable else { return }
    derivatives.append { [unowned self] in
      guard let gradient = self.nodes[output.index].gradient else { return }
      self.gradientWasTaken = false
      body(gradient)
      self.spendGradient(of: output.index)
    }
  }

  /// Hands the memory of a used gradient to the gradients still to come, so that they find it in cache.
  private func spendGradient(of index: Int) {
    let node = nodes[index]
    if let gradient = node.gradient, !gradientWasTaken { arena.giveBack(gradient, count: node.count) }
    if let half = node.gradientHalf { arena.giveBack(half, count: node.count) }
    nodes[index].gradient = nil
    nodes[index].gradientHalf = nil
    nodes[index].isSpent = true
  }

  /// Where to put a gradient, and whether to add to what is there. The memory of a first gradient is undefined.
  func gradientTarget(_ index: Int) -> (pointer: UnsafeMutablePointer<Float>, accumulate: Bool) {
    if let gradient = nodes[index].gradient {
      dropGradientHalf(index)
      return (gradient, true)
    }
    let gradient = arena.allocate(Float.self, count: nodes[index].count)
    nodes[index].gradient = gradient
    return (gradient, false)
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
    if let existing = nodes[index].gradient {
      dropGradientHalf(index)
      kernel_accumulate(gradient, 1, existing, nodes[index].count)
      return false
    }
    if mayTake {
      nodes[index].gradient = gradient
      gradientWasTaken = true
      return true
    }
    let (copy, _) = gradientTarget(index)
    copy.update(from: gradient, count: nodes[index].count)
    return false
  }

  /// Forgets a bfloat16 copy that an addition makes stale.
  private func dropGradientHalf(_ index: Int) {
    guard let half = nodes[index].gradientHalf else { return }
    arena.giveBack(half, count: nodes[index].count)
    nodes[index].gradientHalf = nil
  }

  /// Memory for the bfloat16 copy of a value that its operation writes on the way, where products will want one.
  func halfTarget(_ index: Int) -> UnsafeMutablePointer<UInt16>? {
    guard precision == .bfloat16 else { return nil }
    let half = arena.allocate(UInt16.self, count: nodes[index].count)
    nodes[index].half = half
    return half
  }

  /// The same for a gradient.
  func gradientHalfTarget(_ index: Int) -> UnsafeMutablePointer<UInt16>? {
    guard precision == .bfloat16, nodes[index].isProduct else { return nil }
    let half = arena.allocate(UInt16.self, count: nodes[index].count)
    nodes[index].gradientHalf = half
    return half
  }

  /// The operand of a product: the value, or its bfloat16 copy, made on first use.
  func operand(_ index: Int) -> UnsafeRawPointer {
    guard precision == .bfloat16 else { return UnsafeRawPointer(nodes[index].value) }
    if let half = nodes[index].half { return UnsafeRawPointer(half) }
    let half = arena.allocate(UInt16.self, count: nodes[index].count)
    kernel_to_bfloat16(nodes[index].value, half, nodes[index].count)
    nodes[index].half = half
    return UnsafeRawPointer(half)
  }

  /// The gradient of a value as the operand of a product.
  func gradientOperand(_ index: Int) -> UnsafeRawPointer {
    let node = nodes[index]
    guard precision == .bfloat16, let gradient = node.gradient else {
      return UnsafeRawPointer(node.gradient ?? node.value)
    }
    if let half = node.gradientHalf { return UnsafeRawPointer(half) }
    let half = arena.allocate(UInt16.self, count: node.count)
    kernel_to_bfloat16(gradient, half, node.count)
    nodes[index].gradientHalf = half
    return UnsafeRawPointer(half)
  }
}

/// A matrix on a ``Tape``. It is a handle: cheap to copy, dead after the tape's reset.
public struct Variable {
  /// The tape that holds the value.
  public let tape: Tape
  let index: Int
  /// The extents.
  public let rows: Int, columns: Int

  /// The elements, row-major, for reading until the tape's reset.
  public var values: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: tape.nodes[index].value, count: rows * columns)
  }

  var pointer: UnsafeMutablePointer<Float> { tape.nodes[index].value }
  var count: Int { rows * columns }
  var isVariable: Bool { tape.nodes[index].isVariable }
}
