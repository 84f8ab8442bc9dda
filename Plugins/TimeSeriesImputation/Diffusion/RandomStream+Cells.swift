import Tensors

extension RandomStream {
  /// The standard normal number of a cell: it depends on the stream and on the cell alone, whatever was drawn before.
  func normal(of cell: Int) -> Float {
    // A block of the stream for each.
    var source = RandomStream(seed: seed, stream: stream, position: 4 * UInt64(cell))
    return source.normal()
  }
}
