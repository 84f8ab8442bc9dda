import Tensors

/// Carries noise to data along a path of noise levels, asking a denoiser at each.
///
/// Law: a deterministic sampler lands where the probability flow does, up to its order of error in the step; any
/// sampler that ends at ``NoiseLevel/clean`` returns data.
public protocol Sampler: Sendable {
  /// How many times the denoiser is asked for one step of the path (a last step to no noise may ask once).
  var evaluationsPerStep: Int { get }

  /// Walks the path.
  ///
  /// - Parameters:
  ///   - start: values at the first level: signal · x₀ + noise · ε. `[batch, slots]`
  ///   - path: levels with falling σ; only the last may be without noise, and all have a signal.
  ///   - random: where a stochastic sampler takes its noise from.
  ///   - denoise: the expected clean values of noisy ones at a level. It may throw to stop the walk.
  /// - Returns: values at the last level. `[batch, slots]`
  func sample(
    from start: Tensor, along path: [NoiseLevel], random: inout RandomStream,
    denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor
  ) throws -> Tensor
}

extension Sampler {
  /// Once a step.
  public var evaluationsPerStep: Int { 1 }

  /// Walks the path with a denoiser; known cells keep their values throughout.
  public func sample(
    from start: Tensor, along path: [NoiseLevel], denoiser: some Denoiser, known: KnownCells? = nil,
    random: inout RandomStream
  ) throws -> Tensor {
    let result = try sample(from: start, along: path, random: &random) { noisy, level in
      try denoiser.clean(from: known?.imposed(on: noisy) ?? noisy, at: level, known: known)
    }
    return known?.imposed(on: result) ?? result
  }

  /// Draws pure noise and walks the whole path of a schedule.
  ///
  /// - Parameters:
  ///   - shape: of the batch, `[batch, slots]`.
  ///   - steps: the number of steps of the path, at least 1.
  public func sample(
    shape: [Int], schedule: some NoiseSchedule, steps: Int, denoiser: some Denoiser, known: KnownCells? = nil,
    random: inout RandomStream
  ) throws -> Tensor {
    let path = schedule.path(evaluations: steps)
    let start = gaussian(shape: shape, deviation: path[0].noise, random: &random)
    return try sample(from: start, along: path, denoiser: denoiser, known: known, random: &random)
  }
}

/// Independent normal numbers of mean 0.
func gaussian(shape: [Int], deviation: Double, random: inout RandomStream) -> Tensor {
  let scale = Float(deviation)
  return Tensor(random.normals(shape.reduce(1, *)).map { $0 * scale }, shape: shape)
}

/// Takes a value along a path with one evaluation a step.
///
/// - Parameter step: the value at the next level, from the value and its predicted clean value at this one.
func walk(
  from start: Tensor, along path: [NoiseLevel], denoise: (_ noisy: Tensor, _ level: NoiseLevel) throws -> Tensor,
  step: (_ x: Tensor, _ clean: Tensor, _ level: NoiseLevel, _ next: NoiseLevel) -> Tensor
) throws -> Tensor {
  checkPath(path)
  var x = start
  for (level, next) in zip(path, path.dropFirst()) { x = step(x, try denoise(x, level), level, next) }
  return x
}

/// Checks what every sampler asks of a path.
func checkPath(_ path: [NoiseLevel]) {
  precondition(path.count >= 2, "a path needs at least two levels, not \(path.count)")
  for (level, next) in zip(path, path.dropFirst()) {
    precondition(level.signal > 0 && next.signal > 0, "every level of a path needs a signal")
    precondition(next.sigma < level.sigma, "σ must fall along a path: \(level.sigma) then \(next.sigma)")
  }
}
