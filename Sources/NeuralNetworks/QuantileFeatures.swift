import CKernels

/// Smooth features of numbers by their quantile, so that a network sees that neighbours are alike.
///
/// For a standard normal score z: 1, z, and the sine and cosine of π 2ⁱ s for i < 6, with s a sigmoid close to Φ(z).
/// A number that is not known has all features zero.
public enum QuantileFeatures {
  /// The number of features of one number.
  public static let width = Int(KERNEL_QUANTILE_FEATURES)

  /// `[rows, columns]` scores to `[rows, columns · width]` features.
  public static func constant(
    _ scores: UnsafePointer<Float>, known: UnsafePointer<UInt8>, rows: Int, columns: Int, on tape: Tape
  ) -> Variable {
    tape.constant(rows: rows, columns: columns * width) { memory in
      kernel_quantile_features(scores, known, memory.baseAddress, rows * columns)
    }
  }
}
