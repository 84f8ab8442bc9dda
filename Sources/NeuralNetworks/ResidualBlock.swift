/// A pre-norm residual block: x + linear(dropout(activation(linear(norm(x))))). The last map starts at zero, so that
/// the block starts as the identity.
///
/// Source: Gorishniy et al., "Revisiting deep learning models for tabular data", NeurIPS 2021, section 3, with layer
/// norm; the zero start is Zhang, Dauphin & Ma, "Fixup initialization", ICLR 2019.
public struct ResidualBlock: Sendable {
  private let norm: LayerNorm
  private let first: Linear, second: Linear
  private let activation: Activation
  private let dropout: Float

  /// Lays out a block of a width with an inner width.
  public init(
    _ name: String, width: Int, hidden: Int, activation: Activation = .silu, dropout: Float = 0,
    in layout: inout ParameterLayout
  ) {
    norm = LayerNorm("\(name).norm", width: width, in: &layout)
    first = Linear("\(name).first", inputs: width, outputs: hidden, in: &layout)
    second = Linear("\(name).second", inputs: hidden, outputs: width, startsAtZero: true, in: &layout)
    self.activation = activation
    self.dropout = dropout
  }

  /// `[rows, width]` to the same.
  public func callAsFunction(_ x: Variable) -> Variable {
    second(first(norm(x), activation, dropout: dropout), addedTo: x)
  }
}
