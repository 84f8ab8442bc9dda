import NeuralNetworks

/// Attention between the cells of a row, one token each.
///
/// Source: Gorishniy et al., "Revisiting deep learning models for tabular data", NeurIPS 2021, section 3.
public struct ColumnTransformerDenoiser: TrainableDenoiser {
  /// The length of the vectors that go in and come out.
  public let width: Int
  /// The number of blocks.
  public let blocks: Int
  /// The share of inner values dropped in training.
  public let dropout: Float
  /// The heads of attention, a divisor of the width.
  public let heads: Int
  /// How much wider than the tokens the layers between attentions are.
  public let expansion: Int

  /// Describes a network.
  ///
  /// - Parameter heads: by default one for 16 columns.
  /// - Precondition: `heads` divides `width`.
  public init(width: Int, blocks: Int, dropout: Float = 0, heads: Int? = nil, expansion: Int = 4) {
    self.width = width
    self.blocks = blocks
    self.dropout = dropout
    self.heads = heads ?? (width % 16 == 0 ? width / 16 : 1)
    self.expansion = expansion
    precondition(width % self.heads == 0, "\(self.heads) heads do not divide a width of \(width)")
  }

  /// One vector a cell.
  public var view: RowView { .tokens }

  /// Lays out the blocks.
  public func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    Network(
      blocks: (0..<blocks).map {
        TransformerBlock(
          "\(name).block\($0)", width: width, heads: heads, expansion: expansion, dropout: dropout, in: &parameters)
      }, tokens: tokens)
  }

  private struct Network: DenoisingNetwork {
    let blocks: [TransformerBlock]
    let tokens: Int
    func callAsFunction(_ x: Variable) -> Variable { blocks.reduce(x) { $1($0, tokens: tokens) } }
  }
}
