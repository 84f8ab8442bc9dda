import COneDNN

/// Matrix products by shape: made once, run many times, by one thread at a time.
final class ProductCache {
  struct Shape: Hashable {
    var batch = 1
    var rows: Int, columns: Int, inner: Int
    var transposeA = false, transposeB = false
    var half = false, halfOutput = false
    var accumulate = false, bias = false, relu = false
  }

  private var products: [Shape: OpaquePointer] = [:]

  /// C = op(A) op(B) (+ bias) (+ C), or max(C, 0). A and B, and C, are Float32 or bfloat16 as the shape says.
  func run(
    _ shape: Shape, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, bias: UnsafePointer<Float>? = nil,
    _ c: UnsafeMutableRawPointer
  ) {
    let product = products[shape] ?? make(shape)
    let status = langevin_product_execute(product, a, b, bias, c)
    precondition(status == 0, "oneDNN failed with status \(status) on a product of shape \(shape)")
  }

  private func make(_ shape: Shape) -> OpaquePointer {
    var description = langevin_product_shape(
      batch: Int64(shape.batch), rows: Int64(shape.rows), columns: Int64(shape.columns), inner: Int64(shape.inner),
      transpose_a: shape.transposeA ? 1 : 0, transpose_b: shape.transposeB ? 1 : 0,
      input: Int32(shape.half ? LANGEVIN_BFLOAT16 : LANGEVIN_FLOAT32),
      output: Int32(shape.halfOutput ? LANGEVIN_BFLOAT16 : LANGEVIN_FLOAT32), accumulate: shape.accumulate ? 1 : 0,
      bias: shape.bias ? 1 : 0, relu: shape.relu ? 1 : 0)
    guard let product = langevin_product_create(&description) else {
      fatalError("oneDNN \(String(cString: langevin_onednn_version())) cannot make a product of shape \(shape)")
    }
    products[shape] = product
    return product
  }

  deinit { for product in products.values { langevin_product_destroy(product) } }
}
