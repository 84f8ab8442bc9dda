import NeuralNetworks

/// Pre-norm residual blocks over the row as one vector.
///
/// Source: Gorishniy et al., "Revisiting deep learning models for tabular data", NeurIPS 2021, section 3.
public struct ResidualMLPDenoiser: TrainableDenoiser {
  /// The length of the vectors that go in and come out.
  public let width: Int
  /// The number of blocks.
  public let blocks: Int
  /// The share of inner values dropped in training.
  public let dropout: Float

  /// Describes a network.
  public init(width: Int, blocks: Int, dropout: Float = 0) {
    self.width = width
    self.blocks = blocks
    self.dropout = dropout
  }

  /// The row as one vector.
  public var view: RowView { .whole }

  /// Lays out the blocks.
  public func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    Network(
      blocks: (0..<blocks).map {
        ResidualBlock("\(name).block\($0)", width: width, hidden: width, dropout: dropout, in: &parameters)
      })
  }

  private struct Network: DenoisingNetwork {
    let blocks: [ResidualBlock]
    func callAsFunction(_ x: Variable) -> Variable { blocks.reduce(x) { $1($0) } }
  }
}
