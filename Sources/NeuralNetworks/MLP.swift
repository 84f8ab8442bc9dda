/// A plain multilayer perceptron: linear, activation, dropout, repeated; then a linear map.
public struct MLP: Sendable {
  private let layers: [Linear]
  private let activation: Activation
  private let dropout: Float

  /// Lays out a network through the given widths, from input to output.
  ///
  /// - Precondition: there are at least two widths.
  public init(
    _ name: String, widths: [Int], activation: Activation = .silu, dropout: Float = 0,
    in layout: inout ParameterLayout
  ) {
    precondition(widths.count >= 2, "a network needs an input and an output width")
    layers = (0..<widths.count - 1).map {
      Linear("\(name).\($0)", inputs: widths[$0], outputs: widths[$0 + 1], in: &layout)
    }
    self.activation = activation
    self.dropout = dropout
  }

  /// `[rows, widths.first]` to `[rows, widths.last]`.
  public func callAsFunction(_ x: Variable) -> Variable {
    var h = x
    for layer in layers.dropLast() { h = layer(h, activation, dropout: dropout) }
    return layers[layers.count - 1](h)
  }
}
