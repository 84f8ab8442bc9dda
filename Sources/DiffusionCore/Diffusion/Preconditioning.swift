import Foundation

/// The scalings that let a network see inputs of unit variance and be asked for outputs of unit variance at every
/// noise level: D(x; σ) = skip · x + out · F(in · x; noise).
///
/// Source: T. Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022,
/// equation 7 and table 1.
public struct Preconditioning: Sendable, Equatable, Codable {
  /// The standard deviation of the data.
  public let dataSigma: Double

  /// Makes the scalings for data of a standard deviation.
  ///
  /// - Precondition: `dataSigma` > 0.
  public init(dataSigma: Double = 1) {
    precondition(dataSigma > 0, "the data's σ must be above 0")
    self.dataSigma = dataSigma
  }

  /// The share of the noisy input that passes by the network.
  public func skip(sigma: Double) -> Double { dataSigma * dataSigma / (sigma * sigma + dataSigma * dataSigma) }

  /// The factor of the network's output.
  public func output(sigma: Double) -> Double { sigma * dataSigma / hypot(sigma, dataSigma) }

  /// The factor of the network's input.
  public func input(sigma: Double) -> Double { 1 / hypot(sigma, dataSigma) }

  /// The number that tells the network the noise level: ln(σ) / 4.
  public func condition(sigma: Double) -> Double { log(sigma) / 4 }

  /// (σ² + σd²) / (σσd)²: the weight of D's squared error that makes that of F count 1.
  public func lossWeight(sigma: Double) -> Double {
    let scale = output(sigma: sigma)
    return 1 / (scale * scale)
  }
}
