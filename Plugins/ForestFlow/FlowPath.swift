import DiffusionCore
import DownstreamModels
import Tensors

/// The way from noise to data: x_t = t x₁ + (1 − t) ε, with one forest at each of some times.
///
/// Trees learn the velocity v = x₁ − ε from x_t, so that the expected row is x̂₁ = x_t + (1 − t) v. In the core's terms t is
/// the signal and 1 − t the noise, and Euler's method on the probability flow is x_{t'} = x_t + (t' − t) v.
///
/// Source: A. Jolicoeur-Martineau, K. Fatras, T. Kachman, "Generating and imputing tabular data via diffusion and
/// flow-based gradient-boosted trees", AISTATS 2024, section 3 and algorithm 1; the path is that of Y. Lipman et al., "Flow
/// matching for generative modeling", ICLR 2023.
struct FlowPath: Sendable, Codable, Equatable {
  /// The number of times, evenly spread from (almost) 0 up to, but without, 1.
  let times: Int

  /// At t = 0 there is no signal to divide by; the authors begin as late too.
  private static let first = 1e-3

  /// The time of a forest.
  func time(_ level: Int) -> Double { max(Double(level) / Double(times), Self.first) }

  /// The levels of noise that a sampler walks, the last one clean.
  var levels: [NoiseLevel] {
    (0..<times).map { NoiseLevel(signal: time($0), noise: 1 - time($0)) } + [.clean]
  }

  /// The forest that belongs to a level of noise.
  func level(of noise: NoiseLevel) -> Int { min(Int((noise.signal * Double(times)).rounded()), times - 1) }

  /// Some rows several times, each time with other noise: what the trees of one time see, and what they are to say.
  ///
  /// - Parameters:
  ///   - data: `[rows, width]`; NaN where missing, and so it stays.
  ///   - rows: which rows of it.
  func examples(
    _ data: [Float], rows: [Int32], width: Int, level: Int, duplicates: Int, random: RandomStream
  ) -> VectorBoosting.Rows {
    var random = random
    let t = Float(time(level))
    var noisy: [Float] = [], velocity: [Float] = []
    noisy.reserveCapacity(rows.count * duplicates * width)
    velocity.reserveCapacity(rows.count * duplicates * width)
    for row in rows {
      for _ in 0..<duplicates {
        for place in Int(row) * width..<Int(row + 1) * width {
          let noise = random.normal()
          noisy.append(t * data[place] + (1 - t) * noise)
          velocity.append(data[place] - noise)
        }
      }
    }
    return VectorBoosting.Rows(cells: noisy, targets: velocity)
  }

  /// The expected rows at the end of the flow, from noisy ones and their velocity.
  func clean(_ noisy: Tensor, velocity: [Float], at level: NoiseLevel) -> Tensor {
    let left = Float(level.noise)
    return Tensor(zip(noisy.values, velocity).map { $0 + left * $1 }, shape: noisy.shape)
  }
}
