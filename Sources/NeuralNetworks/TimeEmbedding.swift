import Foundation

/// Features of a scalar (a diffusion time, a noise level) that a network can tell apart at every scale.
public enum TimeEmbedding {
  /// sin and cos of x · 10000^(−i/half), `[values.count, width]`, all sines first.
  ///
  /// Source: Vaswani et al. 2017, section 3.5, in the layout of Ho, Jain & Abbeel, "Denoising diffusion probabilistic
  /// models", NeurIPS 2020.
  ///
  /// - Precondition: the width is even.
  public static func sinusoidal(_ values: [Float], width: Int) -> Tensor {
    precondition(width % 2 == 0, "a sinusoidal embedding has an even width, not \(width)")
    let half = width / 2
    return features(values, frequencies: (0..<half).map { Foundation.pow(10000, -Float($0) / Float(half)) })
  }

  /// sin and cos of 2π f x for frequencies drawn once from N(0, scale²), `[values.count, width]`.
  ///
  /// Source: Tancik et al., "Fourier features let networks learn high frequency functions", NeurIPS 2020, section 5.
  public static func fourier(_ values: [Float], width: Int, scale: Float = 16, random: RandomStream) -> Tensor {
    precondition(width % 2 == 0, "a Fourier embedding has an even width, not \(width)")
    var stream = random
    return features(values, frequencies: stream.normals(width / 2).map { 2 * .pi * scale * $0 })
  }

  private static func features(_ values: [Float], frequencies: [Float]) -> Tensor {
    var result = Tensor(shape: [values.count, 2 * frequencies.count])
    for (row, value) in values.enumerated() {
      for (i, frequency) in frequencies.enumerated() {
        result[row, i] = Foundation.sin(value * frequency)
        result[row, i + frequencies.count] = Foundation.cos(value * frequency)
      }
    }
    return result
  }
}
