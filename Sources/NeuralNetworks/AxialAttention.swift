/// Pre-norm attention along one axis of a grid of tokens, added to its input.
///
/// Attention along one axis after the other reaches every cell of a grid at a fraction of the cost.
///
/// Sources: Ho et al., "Axial attention in multidimensional transformers", 2019, section 3; the attention itself is
/// Vaswani et al. 2017, section 3.2.
public struct AxialAttention: Sendable {
  private let norm: LayerNorm
  private let projection: Linear, output: Linear
  private let heads: Int

  /// Lays out the parameters. The last map starts at zero, so that the layer starts as the identity.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(_ name: String, width: Int, heads: Int, in layout: inout ParameterLayout) {
    precondition(width % heads == 0, "\(heads) heads do not divide a width of \(width)")
    norm = LayerNorm("\(name).norm", width: width, in: &layout)
    projection = Linear("\(name).projection", inputs: width, outputs: 3 * width, in: &layout)
    output = Linear("\(name).output", inputs: width, outputs: width, startsAtZero: true, in: &layout)
    self.heads = heads
  }

  /// `[rows, width]` to the same; the axis says which rows make a sequence.
  public func callAsFunction(_ x: Variable, along axis: SequenceAxis) -> Variable {
    output(projection(norm(x), feedsProducts: true).attention(along: axis, heads: heads), addedTo: x)
  }
}
