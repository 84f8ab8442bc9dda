@_exported import Tensors

/// A linear map with an optional bias.
public struct Linear: Sendable {
  /// `[inputs, outputs]`.
  public let weight: Parameter
  /// `[1, outputs]`.
  public let bias: Parameter?

  /// Lays out the parameters: uniform in ±1/√inputs, or zero where a block is to start as the identity.
  public init(
    _ name: String, inputs: Int, outputs: Int, bias: Bool = true, startsAtZero: Bool = false,
    in layout: inout ParameterLayout
  ) {
    let start: Initialization = startsAtZero ? .constant(0) : .uniform(inputs: inputs)
    weight = layout.add("\(name).weight", rows: inputs, columns: outputs, start)
    self.bias = bias ? layout.add("\(name).bias", columns: outputs, start) : nil
  }

  /// A linear map whose bias starts at given values and whose weight starts at zero: a head that begins at a prior.
  public init(_ name: String, inputs: Int, prior: [Float], in layout: inout ParameterLayout) {
    weight = layout.add("\(name).weight", rows: inputs, columns: prior.count, .constant(0))
    bias = layout.add("\(name).bias", columns: prior.count, .values(prior))
  }

  /// `[rows, inputs]` to `[rows, outputs]`.
  ///
  /// - Parameter feedsProducts: the result goes into other products; see ``Variable/linear(_:_:feedsProducts:)``.
  public func callAsFunction(_ x: Variable, feedsProducts: Bool = false) -> Variable {
    x.linear(x.tape.parameter(weight), bias.map { x.tape.parameter($0) }, feedsProducts: feedsProducts)
  }

  /// The same, added to a matrix: the end of a residual block.
  public func callAsFunction(_ x: Variable, addedTo other: Variable) -> Variable {
    x.linear(x.tape.parameter(weight), bias.map { x.tape.parameter($0) }, addedTo: other)
  }

  /// The same with an activation and dropout: a hidden layer.
  public func callAsFunction(_ x: Variable, _ activation: Activation, dropout: Float = 0) -> Variable {
    x.dense(x.tape.parameter(weight), bias.map { x.tape.parameter($0) }, activation, dropout: dropout)
  }
}
