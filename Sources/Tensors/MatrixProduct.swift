import COneDNN

/// Matrix products outside a tape: an object for each thread that makes them, which it keeps to itself.
public final class MatrixProduct {
  private let products = ProductCache()

  /// Makes a product that runs on the calling thread alone. It must be made on the thread that uses it.
  public init() { langevin_set_threads(1) }

  /// C = A Bᵀ + bias: A is `[rows, inner]`, B `[columns, inner]`, the bias one number for each column of C.
  public func run(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, timesTransposed b: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>
  ) {
    products.run(
      .init(rows: rows, columns: columns, inner: inner, transposeB: true, bias: true), a, b, bias: bias, c)
  }
}
