/// A dense, row-major array of `Float` with a shape: the plain value that enters and leaves the engine.
///
/// A tensor has value semantics (copy on write). Heavy work happens on a ``Tape``, in memory that the tape
/// owns; tensors carry data in and results out, hold sampler states, and are what tests compare.
public struct Tensor: Sendable, Equatable {
  /// The extent of every axis, outermost first. An empty shape is a scalar.
  public let shape: [Int]
  /// The elements, row-major; its count is the product of ``shape``.
  public var values: [Float]

  /// Makes a tensor from its elements in row-major order.
  ///
  /// - Precondition: `values.count` is the product of `shape`.
  public init(_ values: [Float], shape: [Int]) {
    precondition(
      values.count == shape.reduce(1, *), "a tensor of shape \(shape) cannot hold \(values.count) values")
    self.shape = shape
    self.values = values
  }

  /// Makes a tensor with every element the same.
  public init(repeating value: Float = 0, shape: [Int]) {
    self.shape = shape
    self.values = Array(repeating: value, count: shape.reduce(1, *))
  }

  /// The number of elements.
  public var count: Int { values.count }

  /// The element of a matrix at a row and a column.
  ///
  /// - Precondition: the tensor has two axes.
  public subscript(row: Int, column: Int) -> Float {
    get { values[row * shape[1] + column] }
    set { values[row * shape[1] + column] = newValue }
  }
}
