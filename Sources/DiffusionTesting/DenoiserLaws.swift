import DiffusionCore
import Tensors

/// Checks the laws of ``Denoiser``: the `shape` is kept, what comes out is `finite`, without noise its input comes back
/// (`clean`), `known` cells keep their values, and the same question has the same answer (`pure`).
///
/// - Parameters:
///   - denoiser: the denoiser.
///   - slots: how many cells a row has.
///   - tolerance: how far its answer to its clean input may be from it.
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkDenoiser(
  _ denoiser: some Denoiser, slots: Int = 3, tolerance: Float = 1e-4
) throws(ConformanceFailure) {
  var laws = LawBook("\(type(of: denoiser))")
  var random = RandomStream(seed: 1)
  let noisy = Tensor(random.normals(4 * slots), shape: [4, slots])
  var mask = Tensor(shape: noisy.shape)
  for row in 0..<4 { mask[row, row % slots] = 1 }
  let known = KnownCells(values: Tensor(random.normals(4 * slots), shape: noisy.shape), mask: mask)
  let levels: [NoiseLevel] = [
    .clean, .varianceExploding(sigma: 0.01), .varianceExploding(sigma: 5), .variancePreserving(sigma: 1),
    .variancePreserving(sigma: 50),
  ]
  do {
    for level in levels {
      let free = try denoiser.clean(from: noisy, at: level, known: nil)
      laws.expect("shape", free.shape == noisy.shape, "\(noisy.shape) becomes \(free.shape) at \(level)")
      laws.expect("finite", free.values.allSatisfy(\.isFinite), "at \(level) it says \(free.values)")
      laws.expect("pure", try denoiser.clean(from: noisy, at: level, known: nil) == free, "two answers at \(level)")
      let given = try denoiser.clean(from: known.imposed(on: noisy), at: level, known: known)
      laws.expect("shape", given.shape == noisy.shape, "\(noisy.shape) becomes \(given.shape) at \(level)")
      guard free.shape == noisy.shape, given.shape == noisy.shape else { continue }
      laws.expect("known", known.imposed(on: given) == given, "at \(level) known cells become \(given.values)")
      guard level == .clean else { continue }
      let worst = zip(free.values, noisy.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      laws.expect("clean", worst <= tolerance, "without noise it moves its input by \(worst)")
    }
  } catch {
    laws.expect("throws", false, "it throws of itself: \(error)")
  }
  try laws.close()
}
