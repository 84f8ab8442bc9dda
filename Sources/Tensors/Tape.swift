import CKernels

/// Records operations as they run, and runs their derivatives in reverse: reverse-mode automatic differentiation.
///
/// Values are matrices `[rows, columns]` in memory that the tape owns until ``reset()``. An author of a model writes
/// the forward pass with the operations in the files `Tape+….swift`; each of them pairs its value with its derivative.
/// A tape belongs to one thread at a time. Shapes that do not fit are programmer's errors and trap.
///
/// With ``Precision/bfloat16``, values that products take next (of dense layers, norms, softmax and attention heads) are
/// kept in bfloat16 alone, and so are gradients on their way from product to product; all else is Float32.
///
/// Source of the scheme: R. Wengert, "A simple automatic derivative evaluation program", CACM 7, 1964.
public final class Tape {
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
  var derivatives: [() -> Void] = []
  var gradientWasTaken = false
  private var parameterNodes: [Int: Variable] = [:]

  /// Makes a tape over parameters.
  public init(store: ParameterStore, gradients: GradientBuffer? = nil, precision: Precision = .float32) {
    self.store = store
    self.gradients = gradients
    self.precision = precision.available
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
    fill(UnsafeMutableBufferPointer(start: variable.pointer, count: rows * columns))
    return variable
  }

  /// A matrix that is not differentiated, read where it lies: the memory must live until the tape's reset.
  public func constant(rows: Int, columns: Int, at memory: UnsafePointer<Float>) -> Variable {
    append(Node(value: UnsafeMutablePointer(mutating: memory), rows: rows, columns: columns, isVariable: false))
  }

  /// A matrix that is differentiated although it is no parameter: read it with ``gradient(of:)``.
  public func input(_ tensor: Tensor) -> Variable {
    let columns = tensor.shape.last ?? 1
    let variable = makeNode(tensor.count / max(columns, 1), columns, isVariable: true)
    for (i, value) in tensor.values.enumerated() { variable.pointer[i] = value }
    return variable
  }

  /// A parameter of the model. Its gradient is added to the tape's gradient buffer.
  public func parameter(_ parameter: Parameter) -> Variable {
    if let known = parameterNodes[parameter.offset] { return known }
    let variable = append(
      Node(
        value: store.values.baseAddress! + parameter.offset, half: store.halves.baseAddress! + parameter.offset,
        rows: parameter.rows, columns: parameter.columns, isVariable: gradients != nil,
        gradientHome: gradients.map { $0.uncleared! + parameter.offset }))
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
    guard nodes[variable.index].hasGradient else { return Tensor(repeating: 0, shape: shape) }
    let gradient = fullGradient(variable.index)
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
    gradients?.finish(store.layout) { parameter in
      parameterNodes[parameter.offset].map { nodes[$0.index].gradient != nil } ?? false
    }
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
    UnsafeBufferPointer(start: pointer, count: rows * columns)
  }

  /// Whether every element is a finite number.
  public var isFinite: Bool { kernel_sum_of_absolutes(pointer, count).isFinite }

  /// The elements in Float32, converted on first use where the value is kept in bfloat16.
  var pointer: UnsafeMutablePointer<Float> { tape.nodes[index].value ?? tape.fullValue(index) }
  /// The elements in a format that they are kept in.
  var numbers: kernel_numbers { tape.nodes[index].numbers }
  var count: Int { rows * columns }
  var isVariable: Bool { tape.nodes[index].isVariable }
}
