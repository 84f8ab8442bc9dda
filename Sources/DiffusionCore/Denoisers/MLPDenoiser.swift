import NeuralNetworks

/// Plain layers: linear, activation, dropout, repeated. TabDDPM's own network with rectifiers and no norm.
///
/// Source: Gorishniy et al., "Revisiting deep learning models for tabular data", NeurIPS 2021, section 3.
public struct MLPDenoiser: TrainableDenoiser {
  /// The length of the vectors that go in and come out.
  public let width: Int
  /// The number of layers.
  public let blocks: Int
  /// The share of inner values dropped in training.
  public let dropout: Float
  /// What each layer ends with.
  public let activation: Activation
  /// Whether the features are to be normalised.
  public let wantsNorm: Bool

  /// Describes a network.
  public init(width: Int, blocks: Int, dropout: Float = 0, activation: Activation = .silu, wantsNorm: Bool = true) {
    self.width = width
    self.blocks = blocks
    self.dropout = dropout
    self.activation = activation
    self.wantsNorm = wantsNorm
  }

  /// The row as one vector.
  public var view: RowView { .whole }

  /// Lays out the layers.
  public func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    Network(
      layers: (0..<blocks).map { Linear("\(name).layer\($0)", inputs: width, outputs: width, in: &parameters) },
      activation: activation, dropout: dropout)
  }

  private struct Network: DenoisingNetwork {
    let layers: [Linear]
    let activation: Activation
    let dropout: Float

    func callAsFunction(_ x: Variable) -> Variable {
      layers.reduce(x) { $1($0, activation, dropout: dropout) }
    }
  }
}
