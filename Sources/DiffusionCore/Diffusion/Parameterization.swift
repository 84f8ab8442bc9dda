import Tensors

/// What a network is asked to predict from a noisy value x = a x₀ + b ε. Given x, each tells the others.
public enum Parameterization: String, Sendable, Codable, CaseIterable {
  /// ε, the noise (Ho et al. 2020).
  case noise
  /// x₀, the clean value.
  case clean
  /// v = a ε − b x₀ (Salimans & Ho, "Progressive distillation for fast sampling of diffusion models", ICLR 2022).
  case velocity

  /// The factors with which x₀ = `noisy` · x + `prediction` · p at a level.
  ///
  /// - Precondition: for `noise` the level has a signal.
  public func factors(at level: NoiseLevel) -> (noisy: Double, prediction: Double) {
    let a = level.signal
    let b = level.noise
    switch self {
    case .clean: return (0, 1)
    case .noise:
      precondition(a > 0, "the noise says nothing of the clean value where there is no signal")
      return (1 / a, -b / a)
    case .velocity:
      let norm = a * a + b * b
      return (a / norm, -b / norm)
    }
  }

  /// The clean value that a prediction stands for. All tensors have one shape.
  public func clean(from prediction: Tensor, noisy: Tensor, at level: NoiseLevel) -> Tensor {
    let (x, p) = factors(at: level)
    return combine(noisy, x, prediction, p)
  }

  /// The prediction that stands for a clean value: the target of training. All tensors have one shape.
  ///
  /// - Precondition: for `noise` and `velocity` the level has noise.
  public func prediction(of clean: Tensor, noisy: Tensor, at level: NoiseLevel) -> Tensor {
    let (x, p) = factors(at: level)
    precondition(p != 0, "without noise, \(rawValue) is not defined by the clean value")
    return combine(clean, 1 / p, noisy, -x / p)
  }
}

/// a · x + b · y, element by element.
func combine(_ x: Tensor, _ a: Double, _ y: Tensor, _ b: Double) -> Tensor {
  precondition(x.shape == y.shape, "tensors of shapes \(x.shape) and \(y.shape) cannot be added")
  let a = Float(a)
  let b = Float(b)
  var result = x
  y.values.withUnsafeBufferPointer { y in
    result.values.withUnsafeMutableBufferPointer { x in
      for i in x.indices { x[i] = a * x[i] + b * y[i] }
    }
  }
  return result
}
