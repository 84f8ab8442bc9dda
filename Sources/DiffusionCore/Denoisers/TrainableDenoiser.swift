import NeuralNetworks

/// How a network wants to see a row.
public enum RowView: String, Sendable, Codable, CaseIterable {
  /// As one vector: the sum of what its cells say.
  case whole
  /// As one vector a cell.
  case tokens
}

/// The network between what a method shows and what it asks: it turns the embedded cells of a row, the known ones and the
/// noisy or masked ones, into features from which the method's heads read their predictions.
///
/// A ``Denoiser`` is what samplers see of a finished model; this is what a method trains to become one. A method embeds the
/// cells, and with them the noise level where it has one, as vectors of ``width``: it knows what cells are. The network knows
/// how to think about them. So every method of masked, Gaussian or multinomial diffusion can take any network, by name:
/// register it (`Registration<any TrainableDenoiser>`), and `--denoiser` offers it.
///
/// A conformer is a small value made from options. Laws, which `checkTrainableDenoiser` of DiffusionTesting checks: the
/// shape is kept, rows do not see each other, every parameter that is laid out matters, and what is laid out depends on the
/// options and the number of tokens alone.
public protocol TrainableDenoiser: Sendable {
  /// How it wants to see a row.
  var view: RowView { get }

  /// The length of the vectors that go in and come out.
  var width: Int { get }

  /// Whether what comes out is to be normalised before a linear head reads it, as sums over residual blocks are.
  var wantsNorm: Bool { get }

  /// Lays out the parameters.
  ///
  /// - Parameters:
  ///   - name: what the names of the parameters begin with: `name.block0.weight`.
  ///   - tokens: how many vectors a row has; 1 where the view is ``RowView/whole``.
  func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork
}

extension TrainableDenoiser {
  /// It is.
  public var wantsNorm: Bool { true }
}

/// A laid-out network.
public protocol DenoisingNetwork: Sendable {
  /// The features of each vector of each row: `[rows · tokens, width]` to the same.
  func callAsFunction(_ x: Variable) -> Variable
}
