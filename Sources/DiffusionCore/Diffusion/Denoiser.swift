import Tensors

/// The cells of a batch that are given: their values and where they are.
public struct KnownCells: Sendable, Equatable {
  /// The clean values; where the mask is 0 they mean nothing. `[batch, slots]`
  public let values: Tensor
  /// 1 where a cell is known, 0 where it is to be made. `[batch, slots]`
  public let mask: Tensor

  /// Pairs values with their mask.
  ///
  /// - Precondition: both have one shape.
  public init(values: Tensor, mask: Tensor) {
    precondition(values.shape == mask.shape, "known values \(values.shape) and mask \(mask.shape) differ in shape")
    self.values = values
    self.mask = mask
  }

  /// The same batch with the known cells set to their values.
  public func imposed(on batch: Tensor) -> Tensor {
    precondition(batch.shape == values.shape, "a batch of shape \(batch.shape) has known cells of \(values.shape)")
    var result = batch
    for i in result.values.indices where mask.values[i] != 0 { result.values[i] = values.values[i] }
    return result
  }
}

/// Predicts clean cells from noisy ones: what samplers see of a model. For what a method trains see ``TrainableDenoiser``.
///
/// Law: at a level without noise a denoiser returns its input, known cells keep their values, and the shape never changes.
/// `checkDenoiser` of DiffusionTesting checks it.
public protocol Denoiser: Sendable {
  /// The expected clean cells.
  ///
  /// - Parameters:
  ///   - noisy: signal · x₀ + noise · ε; known cells hold their clean values. `[batch, slots]`
  ///   - level: how noisy the unknown cells are.
  ///   - known: the given cells, or nil when none is.
  /// - Returns: an estimate of x₀. `[batch, slots]`
  func clean(from noisy: Tensor, at level: NoiseLevel, known: KnownCells?) throws -> Tensor
}

/// The denoiser that is exact when every cell is drawn independently from N(mean, deviation²).
///
/// It needs no training, so samplers can be checked against closed forms: E[x₀ | x] is linear in x.
public struct GaussianDenoiser: Denoiser, Equatable {
  /// The mean of the data.
  public let mean: Double
  /// The standard deviation of the data, 0 or more.
  public let deviation: Double

  /// Makes the denoiser of N(mean, deviation²).
  public init(mean: Double, deviation: Double) {
    precondition(deviation >= 0, "a deviation is not negative")
    self.mean = mean
    self.deviation = deviation
  }

  /// μ + a s² (x − a μ) / (a² s² + b²).
  public func clean(from noisy: Tensor, at level: NoiseLevel, known: KnownCells? = nil) -> Tensor {
    let a = level.signal
    let b = level.noise
    let gain = b == 0 ? 1 / a : a * deviation * deviation / (a * a * deviation * deviation + b * b)
    var result = noisy
    for i in result.values.indices { result.values[i] = Float(mean + gain * (Double(result.values[i]) - a * mean)) }
    return known?.imposed(on: result) ?? result
  }

  /// Where the probability flow carries a noisy value: the exact end of every deterministic sampler.
  ///
  /// x moves so that its standard score stays: (x − a μ) / √(a² s² + b²) is constant along the flow.
  public func transported(_ value: Double, from start: NoiseLevel, to end: NoiseLevel) -> Double {
    let startSpread = (start.signal * deviation) * (start.signal * deviation) + start.noise * start.noise
    let endSpread = (end.signal * deviation) * (end.signal * deviation) + end.noise * end.noise
    return end.signal * mean + (value - start.signal * mean) * (endSpread / startSpread).squareRoot()
  }
}
